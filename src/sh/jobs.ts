/** Background commands: their numbers, states, and how they are waited for. */
import { ForkError } from '../cri/processes.ts';
import type { Child } from '../cri/process.ts';
import { EMPTY_INPUT } from '../cri/streams.ts';
import { shareInput } from './lines.ts';
import type { Shell } from './interpreter.ts';
import type { Statement } from './parse.ts';

export interface Job { readonly number: number; readonly child: Child; readonly text: string; code: number | undefined }

export interface Jobs {
  start(shell: Shell, statement: Statement): Promise<void>;
  readonly list: readonly Job[];
  find(spec: string): Job | undefined;
  remove(job: Job): void;
  /** A subshell knows no jobs of its parent. */
  forSubshell(): Jobs;
  /** What an interactive shell tells before its prompt: the jobs that ended since the last one, a line each. They are forgotten. */
  news(): readonly string[];
  /** `jobs`' line for one of them. */
  line(job: Job): string;
}

export function createJobs(): Jobs {
  const list: Job[] = [];
  const line = (job: Job): string => jobLine(job, { 1: '+', 2: '-' }[list.length - list.indexOf(job)] ?? ' ');
  return {
    list,
    async start(shell, statement) {
      const text = shell.source.slice(statement.pos, statement.end).replace(/\s*&\s*$/, '');
      const input = shell.options.interactive || shell.io[0] === undefined ? { input: shareInput(EMPTY_INPUT) } : { input: shareInput(EMPTY_INPUT) };
      let child: Child;
      try {
        child = shell.fork(statement.command, { ...shell.io, 0: input }, [], true);
      } catch (error) {
        if (!(error instanceof ForkError)) throw error;
        await shell.forkFailed();
        return;
      }
      const job: Job = { number: 1 + Math.max(0, ...list.map(({ number }) => number)), child, text, code: undefined };
      list.push(job);
      shell.state.lastBackground = child.pid;
      shell.state.status = 0;
      shell.process.world.spawn('job', async () => { job.code = await child.wait(); });
      if (shell.options.interactive) await shell.stderr.write(`[${job.number}] ${child.pid}\n`);
    },
    find(spec) {
      if (spec === '%' || spec === '%%' || spec === '%+') return list[list.length - 1];
      if (spec === '%-') return list[list.length - 2] ?? list[list.length - 1];
      if (/^%[0-9]+$/.test(spec)) return list.find(job => job.number === Number(spec.slice(1)));
      if (spec.startsWith('%?')) return list.find(job => job.text.includes(spec.slice(2)));
      if (spec.startsWith('%')) return list.find(job => job.text.startsWith(spec.slice(1)));
      return list.find(job => String(job.child.pid) === spec);
    },
    remove(job) {
      const at = list.indexOf(job);
      if (at >= 0) list.splice(at, 1);
    },
    forSubshell: () => createJobs(),
    news() {
      const ended = list.filter(job => job.code !== undefined);
      const lines = ended.map(line);
      for (const job of ended) list.splice(list.indexOf(job), 1);
      return lines;
    },
    line,
  };
}

function jobLine(job: Job, mark: string): string {
  const state = job.code === undefined ? 'Running' : job.code === 0 ? 'Done' : job.code > 128 ? signalWord(job.code - 128) : `Exit ${job.code}`;
  return `[${job.number}]${mark}  ${state.padEnd(24)}${job.text}${job.code === undefined ? ' &' : ''}\n`;
}

function signalWord(signal: number): string {
  return signal === 15 ? 'Terminated' : signal === 9 ? 'Killed' : signal === 2 ? 'Interrupt' : signal === 1 ? 'Hangup' : `Signal ${signal}`;
}
