/** a | b | c: every stage a process of its own, joined by pipes. */
import { ForkError } from '../cri/processes.ts';
import type { Child } from '../cri/process.ts';
import type { Shell } from './interpreter.ts';
import { shareInput } from './lines.ts';
import type { Pipeline } from './parse.ts';
import type { Descriptors } from './redirect.ts';

export async function pipeline(shell: Shell, node: Pipeline): Promise<void> {
  const stages: { readonly child: Child; readonly done?: Promise<void> }[] = [];
  let input = shell.io[0];
  let failed: unknown;
  for (const [index, command] of node.commands.entries()) {
    const last = index === node.commands.length - 1;
    const pipe = last ? undefined : shell.process.pipe();
    const io: Descriptors = { ...shell.io, 0: input, ...(pipe === undefined ? {} : { 1: { output: pipe.output } }) };
    if (pipe !== undefined && node.operators[index] === '|&') io[2] = { output: pipe.output };
    const owns = [...(pipe === undefined ? [] : [pipe.output]), ...(index > 0 && input?.input !== undefined ? [input.input] : [])];
    input = pipe === undefined ? undefined : { input: shareInput(pipe.input) };
    if (last && shell.state.kind === 'bash' && shell.state.shopt.has('lastpipe') && !shell.options.interactive) {
      await shell.withIo(io, () => shell.command(command));
      for (const end of owns) end.close();
      break;
    }
    try {
      stages.push({ child: shell.fork(command, io, owns) });
    } catch (error) {
      if (!(error instanceof ForkError)) throw error;
      for (const end of owns) end.close();
      pipe?.input.close();
      failed = error;
      break;
    }
  }
  const codes: number[] = [];
  for (const { child } of stages) codes.push(await shell.waitFor(child));
  if (failed !== undefined) { await shell.forkFailed(); return; }
  shell.state.variables.set('PIPESTATUS', { value: undefined, list: new Map(codes.map((code, index) => [index, String(code)])) });
  const lastCode = codes[codes.length - 1] ?? shell.state.status;
  shell.state.status = shell.state.options.has('pipefail') ? [...codes].reverse().find(code => code !== 0) ?? 0 : lastCode;
}
