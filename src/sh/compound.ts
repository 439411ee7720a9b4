/** Compound commands: if, for, while, case, subshells, [[ ]] and (( )). */
import { ForkError } from '../cri/processes.ts';
import type { Child } from '../cri/process.ts';
import { evaluateCondition } from './condition.ts';
import { BreakSignal } from './control.ts';
import { COMMAND_CPU_MS, SPIN_AFTER, SPIN_CPU_MAX_MS } from './costs.ts';
import { arithmetic, expandPattern, expandText, expandWords } from './expand.ts';
import { matchesPattern } from './glob.ts';
import type { Shell } from './interpreter.ts';
import type { ArithmeticFor, Case, CompoundCommand, CompoundList, For, If, Select, While } from './parse.ts';
import { setVariable, shellQuote } from './state.ts';

export async function compound(shell: Shell, node: CompoundCommand): Promise<void> {
  switch (node.type) {
    case 'If': await ifNode(shell, node); return;
    case 'For': case 'Select': await forNode(shell, node); return;
    case 'ArithmeticFor': await arithmeticFor(shell, node); return;
    case 'While': await whileNode(shell, node); return;
    case 'Subshell': await subshell(shell, node.body); return;
    case 'BraceGroup': await shell.list(node.body); return;
    case 'Case': await caseNode(shell, node); return;
    case 'TestCommand': shell.state.status = await evaluateCondition(shell, node.expression); return;
    case 'ArithmeticCommand': shell.state.status = await arithmetic(shell, node.expression, node.body) === 0n ? 1 : 0; return;
  }
}

async function subshell(shell: Shell, body: CompoundList): Promise<void> {
  let child: Child;
  try { child = shell.fork(body, shell.io); } catch (error) {
    if (error instanceof ForkError) { await shell.forkFailed(); return; }
    throw error;
  }
  shell.state.status = await shell.waitFor(child);
}

async function condition(shell: Shell, list: CompoundList): Promise<boolean> {
  shell.guarded += 1;
  try { await shell.list(list); } finally { shell.guarded -= 1; }
  return shell.state.status === 0;
}

async function ifNode(shell: Shell, node: If): Promise<void> {
  if (await condition(shell, node.clause)) { await shell.list(node.then); return; }
  for (const branch of node.elif) if (await condition(shell, branch.clause)) { await shell.list(branch.then); return; }
  // What stands after else may ask what the condition answered.
  if (node.else !== undefined) await shell.list(node.else);
  else shell.state.status = 0;
}

/** One turn of a loop; false: leave it. */
async function turn(shell: Shell, work: () => Promise<void>): Promise<boolean> {
  shell.spins += 1;
  shell.debtMs += shell.spins < SPIN_AFTER ? COMMAND_CPU_MS : Math.min(SPIN_CPU_MAX_MS, COMMAND_CPU_MS * 2 ** ((shell.spins - SPIN_AFTER) / 2000));
  await shell.pay();
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof BreakSignal)) throw error;
    if (error.levels > 1) { error.levels -= 1; throw error; }
    return error.kind === 'continue';
  }
}

async function looping(shell: Shell, work: () => Promise<void>): Promise<void> {
  shell.loops += 1;
  try { await work(); } finally { shell.loops -= 1; }
}

async function forNode(shell: Shell, node: For | Select): Promise<void> {
  const words = node.wordlist === undefined ? shell.state.positional : await expandWords(shell, node.wordlist);
  shell.state.status = 0;
  await looping(shell, async () => {
    for (const word of words) {
      setVariable(shell.state, node.name.value, word);
      if (shell.state.options.has('xtrace') && shell.state.kind === 'bash') await shell.traceLine(`for ${node.name.value} in ${words.map(shellQuote).join(' ')}`);
      if (!await turn(shell, () => shell.list(node.body))) break;
    }
  });
}

async function arithmeticFor(shell: Shell, node: ArithmeticFor): Promise<void> {
  await arithmetic(shell, node.initialize);
  await looping(shell, async () => {
    while (node.test === undefined || await arithmetic(shell, node.test) !== 0n) {
      if (!await turn(shell, () => shell.list(node.body))) break;
      await arithmetic(shell, node.update);
    }
  });
}

async function whileNode(shell: Shell, node: While): Promise<void> {
  let status = 0;
  await looping(shell, async () => {
    for (;;) {
      let over = false;
      const stay = await turn(shell, async () => {
        if (await condition(shell, node.clause) !== (node.kind === 'while')) { over = true; return; }
        await shell.list(node.body);
        status = shell.state.status;
      });
      if (!stay || over) break;
    }
  });
  shell.state.status = status;
}

async function caseNode(shell: Shell, node: Case): Promise<void> {
  const subject = await expandText(shell, node.word);
  shell.state.status = 0;
  let through = false;
  for (const item of node.items) {
    let hit = through;
    for (const pattern of hit ? [] : item.pattern) if (matchesPattern(await expandPattern(shell, pattern), subject)) { hit = true; break; }
    if (!hit) continue;
    await shell.list(item.body);
    through = item.terminator === ';&';
    if (item.terminator !== ';&' && item.terminator !== ';;&') return;
  }
}
