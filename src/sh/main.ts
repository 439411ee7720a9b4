/** The programs sh, ash, dash and bash: -c, a script, standard input, or a person at a terminal. */
import { FileError } from '../cri/files.ts';
import { readText } from '../cri/memory-files.ts';
import { absolute } from '../cri/open.ts';
import { ExitError } from '../cri/processes.ts';
import type { Process, Program } from '../cri/process.ts';
import { InterruptSignal, ShellFailure } from './control.ts';
import { Shell } from './interpreter.ts';
import { createJobs } from './jobs.ts';
import { readLine } from './lines.ts';
import { exitCode, runToEnd } from './outcome.ts';
import { isIncomplete } from './parse.ts';
import { createState, OPTION_LETTERS, remember, valueOf } from './state.ts';
import type { Kind, OptionName } from './state.ts';

/** A shell over a process: the learner's terminal keeps one and runs line after line on it. */
export function createShell(process: Process, options: { readonly kind: Kind; readonly interactive: boolean; readonly name: string; readonly script?: boolean }): Shell {
  const state = createState(options.kind, options.name, process.env, process.pid, process.clock.now());
  state.variables.set('PWD', { value: process.cwd, exported: true });
  return new Shell(process, state, createJobs(), { interactive: options.interactive, prompted: options.interactive, script: options.script ?? false });
}

/** Runs one line as an interactive shell does: failures and Ctrl-C end the line, not the shell. */
export async function runLine(shell: Shell, line: string): Promise<{ readonly status: number; readonly exited: boolean }> {
  remember(shell.state, line);
  try {
    await shell.runText(line);
  } catch (error) {
    if (error instanceof ExitError) return { status: error.code, exited: true };
    if (!(error instanceof InterruptSignal) && !(error instanceof ShellFailure)) shell.state.status = exitCode(shell, error);
    else shell.state.status = error instanceof ShellFailure ? error.code : 130;
    shell.loops = 0;
    shell.depth = 0;
    shell.guarded = 0;
    shell.interrupted = false;
  }
  for (const news of shell.jobs.news()) await shell.stderr.write(news);
  return { status: shell.state.status, exited: false };
}

interface Invocation { command?: string; interactive: boolean; login: boolean; stdin: boolean; options: OptionName[]; rest: readonly string[]; bad?: string }

function invocation(argv: readonly string[]): Invocation {
  const out: Invocation = { interactive: false, login: argv[0]?.startsWith('-') ?? false, stdin: false, options: [], rest: [] };
  let command = false;
  let at = 1;
  for (; at < argv.length; at += 1) {
    const arg = argv[at]!;
    if (arg === '--') { at += 1; break; }
    if (arg === '-' || !/^[-+]./.test(arg)) { if (arg === '-') at += 1; break; }
    if (arg.startsWith('--')) { if (arg === '--login') out.login = true; continue; }
    for (const letter of arg.slice(1)) {
      if (letter === 'c') command = true;
      else if (letter === 'i') out.interactive = true;
      else if (letter === 'l') out.login = true;
      else if (letter === 's') out.stdin = true;
      else if (letter === 'o') { at += 1; if (argv[at] === 'pipefail') out.options.push('pipefail'); else if (argv[at] !== undefined) out.options.push(argv[at] as OptionName); }
      else if (OPTION_LETTERS[letter] !== undefined) out.options.push(OPTION_LETTERS[letter]);
      else if (!'mhbBEHTPk'.includes(letter)) out.bad = `-${letter}`;
    }
  }
  if (command) { out.command = argv[at] ?? ''; at += 1; if (argv[at - 1] === undefined) out.bad = '-c'; }
  out.rest = argv.slice(at);
  return out;
}

export function shellProgram(kind: Kind): Program {
  return async process => {
    const given = invocation(process.argv);
    const own = (process.argv[0] ?? 'sh').replace(/^-/, '');
    if (given.bad !== undefined) {
      await process.stderr.write(given.bad === '-c' ? `${own}: ${kind === 'bash' ? '-c: option requires an argument' : '0: -c requires an argument'}\n`
        : `${own}: ${kind === 'dash' ? '0: Illegal option' : 'invalid option --'} ${given.bad}\n`);
      return 2;
    }
    const script = given.command === undefined && given.rest.length > 0 && !given.stdin;
    const interactive = given.interactive || (given.command === undefined && !script && process.tty !== undefined);
    const name = given.command !== undefined ? given.rest[0] ?? own : script ? given.rest[0]! : own;
    const shell = createShell(process, { kind, interactive, name, script });
    for (const option of given.options) shell.state.options.add(option);
    shell.state.positional = given.rest.slice(given.command !== undefined || script ? 1 : 0);
    if (given.command !== undefined) return runToEnd(shell, async () => { await shell.runText(given.command!, true); });
    if (script) return runFile(shell, given.rest[0]!);
    if (given.login || interactive) await startupFiles(shell, given.login);
    return runToEnd(shell, () => interactive ? converse(shell) : runStdin(shell));
  };
}

async function runFile(shell: Shell, path: string): Promise<number> {
  const { process, state } = shell;
  let text: string;
  try {
    text = readText(process.files, absolute(process, path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const own = process.argv[0] ?? 'sh';
    await process.stderr.write(state.kind === 'bash' ? `${own}: ${path}: ${error.message}\n` : state.kind === 'dash'
      ? `${own}: 0: cannot open ${path}: No such file\n` : `${own}: can't open '${path}': ${error.message}\n`);
    return state.kind === 'busybox' ? 2 : 127;
  }
  return runToEnd(shell, async () => { await runPiecewise(shell, text); });
}

/** Statement by statement, as shells read scripts: a syntax error further down does not stop what stands before it. */
async function runPiecewise(shell: Shell, text: string): Promise<void> {
  await shell.runText(text);
}

async function startupFiles(shell: Shell, login: boolean): Promise<void> {
  const files = [...(login ? ['/etc/profile', `${shell.home}/.profile`] : []), ...(shell.state.kind === 'bash' && !login ? [`${shell.home}/.bashrc`] : [])];
  for (const path of files) if (shell.files.exists(path)) await shell.runText(readText(shell.files, path));
}

/** A script on standard input: each command is run as soon as it is complete, so that it may read what follows. */
async function runStdin(shell: Shell): Promise<void> {
  for (;;) {
    const text = await readCommand(shell, async () => {});
    if (text === undefined) return;
    if (text.trim() !== '') await shell.runText(text);
  }
}

async function readCommand(shell: Shell, prompt: (more: boolean) => Promise<void>): Promise<string | undefined> {
  let text = '';
  for (;;) {
    await prompt(text !== '');
    const line = await readLine(shell.io[0]!.input!);
    if (shell.interrupted) { shell.interrupted = false; text = ''; if (line === undefined) continue; }
    if (line === undefined) return text === '' ? undefined : text;
    text += line.terminated ? `${line.text}\n` : line.text;
    if (!isIncomplete(text)) return text;
  }
}

/** A person at a terminal. */
async function converse(shell: Shell): Promise<void> {
  const { process, state } = shell;
  let prompting = false;
  process.onSignal('SIGTERM', () => {});
  process.onSignal('SIGINT', () => {
    if (!prompting) { shell.interrupt(); return; }
    state.status = 130;
    process.world.spawn('prompt', async () => { await shell.stderr.write(promptOf(shell)); });
  });
  for (;;) {
    for (const line of shell.jobs.news()) await shell.stderr.write(line);
    const text = await readCommand(shell, async more => {
      prompting = true;
      await shell.stderr.write(more ? valueOf(state.variables.get('PS2')) ?? '> ' : promptOf(shell));
    });
    prompting = false;
    if (text === undefined) {
      await shell.stderr.write(state.kind === 'bash' ? 'exit\n' : '\n');
      return;
    }
    if (text.trim() === '') continue;
    const { status, exited } = await runLine(shell, text);
    if (exited) {
      if (state.kind === 'bash' && process.argv[0]?.startsWith('-') !== true && /^\s*exit\b/.test(text)) await shell.stderr.write('exit\n');
      throw new ExitError(status);
    }
  }
}

/** PS1, expanded as far as people set it. */
export function promptOf(shell: Shell): string {
  const { process, state } = shell;
  const root = process.user.uid === 0;
  const set = valueOf(state.variables.get('PS1'));
  const here = shell.cwd === shell.home && shell.home !== '/' ? '~' : shell.cwd.startsWith(`${shell.home}/`) && shell.home !== '/' ? `~${shell.cwd.slice(shell.home.length)}` : shell.cwd;
  const ps1 = set ?? (state.kind === 'bash' ? '\\u@\\h:\\w\\$ ' : state.kind === 'busybox' ? '\\w \\$ ' : '\\$ ');
  return ps1.replace(/\\(\[|\]|[uhHwWs$nved]|033|e)/g, (whole, letter: string) => {
    switch (letter) {
      case 'u': return process.user.name;
      case 'h': return process.hostname.split('.')[0] ?? '';
      case 'H': return process.hostname;
      case 'w': return here;
      case 'W': return here === '/' || here === '~' ? here : here.slice(here.lastIndexOf('/') + 1);
      case '$': return root ? '#' : '$';
      case 's': return state.name;
      case 'v': return '5.2';
      case 'n': return '\n';
      case 'e': case '033': return '\x1b';
      case '[': case ']': return '';
      default: return whole;
    }
  });
}
