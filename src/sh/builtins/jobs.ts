/** jobs, wait, kill, fg, bg. */
import { SIGNAL_NUMBERS } from '../../cri/process.ts';
import type { Signal } from '../../cri/process.ts';
import { InterruptSignal } from '../control.ts';
import type { Shell } from '../interpreter.ts';
import type { Job } from '../jobs.ts';
import { shellError } from '../messages.ts';
import { signalName } from '../signals.ts';
import type { Builtin } from './index.ts';

/** Ends early, with 128 and more, when a trapped signal comes. */
async function waitJob(shell: Shell, job: Job): Promise<number> {
  const code = job.code ?? await shell.interruptible(job.child.wait(), undefined);
  if (code === undefined) {
    if (shell.interrupted) { shell.interrupted = false; throw new InterruptSignal(); }
    return 143;
  }
  job.code = code;
  // Who waits at a terminal is told at the next prompt.
  if (!shell.options.interactive) shell.jobs.remove(job);
  return code;
}

async function wait(shell: Shell, argv: readonly string[]): Promise<number> {
  const args = argv.slice(1);
  if (args[0] === '-n') {
    const [job] = shell.jobs.list;
    return job === undefined ? 127 : waitJob(shell, job);
  }
  if (args.length === 0) {
    for (const job of [...shell.jobs.list]) {
      const before = job.code;
      const code = await waitJob(shell, job);
      if (before === undefined && job.code === undefined && code > 128) return code;
    }
    return 0;
  }
  let status = 0;
  for (const spec of args) {
    const job = shell.jobs.find(spec);
    if (job === undefined) {
      if (shell.state.kind === 'bash') await shell.stderr.write(`${shellError(shell, spec.startsWith('%') ? `wait: ${spec}: no such job` : `wait: pid ${spec} is not a child of this shell`)}\n`);
      status = 127;
    } else status = await waitJob(shell, job);
  }
  return status;
}

async function kill(shell: Shell, argv: readonly string[]): Promise<number> {
  let args = argv.slice(1);
  let signal = 'TERM';
  if (args[0] === '-l' || args[0] === '-L') {
    await shell.print(`${Object.entries(SIGNAL_NUMBERS).map(([name, number]) => `${String(number).padStart(2)}) ${name}`).join('\n')}\n`);
    return 0;
  }
  if (args[0] === '-s' || args[0] === '-n') { signal = args[1] ?? ''; args = args.slice(2); }
  else if (args[0]?.startsWith('-') === true && args[0] !== '--') { signal = args[0].slice(1); args = args.slice(1); }
  if (args[0] === '--') args = args.slice(1);
  const name = signalName(signal);
  if (name === undefined && signal !== '0') { await shell.stderr.write(`${shellError(shell, `kill: ${signal}: invalid signal specification`)}\n`); return 1; }
  if (args.length === 0) { await shell.stderr.write('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n'); return 2; }
  let status = 0;
  for (const spec of args) {
    const job = spec.startsWith('%') ? shell.jobs.find(spec) : undefined;
    if (spec.startsWith('%') && job === undefined) { await shell.stderr.write(`${shellError(shell, `kill: ${spec}: no such job`)}\n`); status = 1; continue; }
    const pid = job === undefined ? Number(spec) : job.child.pid;
    if (!Number.isInteger(pid)) { await shell.stderr.write(`${shellError(shell, `kill: ${spec}: arguments must be process or job IDs`)}\n`); status = 1; continue; }
    const exists = shell.process.processes.list().some(entry => entry.pid === pid);
    if (exists && signal !== '0') shell.process.processes.kill(pid, `SIG${name}` as Signal);
    if (exists) continue;
    const words = { bash: `kill: (${pid}) - No such process`, dash: 'kill: No such process', busybox: `can't kill pid ${pid}: No such process` }[shell.state.kind];
    await shell.stderr.write(`${shellError(shell, words)}\n`);
    status = 1;
  }
  return status;
}

async function foreground(shell: Shell, argv: readonly string[]): Promise<number> {
  const job = shell.jobs.find(argv[1] ?? '%%');
  if (job === undefined) { await shell.stderr.write(`${shellError(shell, `${argv[0]}: ${argv[1] ?? 'current'}: no such job`)}\n`); return 1; }
  await shell.print(`${job.text}\n`);
  if (argv[0] !== 'fg') return 0;
  const code = await waitJob(shell, job);
  shell.jobs.remove(job);
  return code;
}

export const JOBS: Readonly<Record<string, Builtin>> = {
  async jobs(shell, argv) {
    const list = [...shell.jobs.list];
    const lines = list.map(job => argv.includes('-p') ? `${job.child.pid}\n` : shell.jobs.line(job));
    for (const job of list) if (job.code !== undefined) shell.jobs.remove(job);
    await shell.print(lines.join(''));
    return 0;
  },
  wait, kill, fg: foreground, bg: foreground,
  async disown(shell, argv) {
    const job = shell.jobs.find(argv[1] ?? '%%');
    if (job !== undefined) shell.jobs.remove(job);
    return 0;
  },
};
