/** Background commands: their numbers, states, and how they are waited for. */
import { ForkError } from '../cri/processes.ts';
import type { Child } from '../cri/process.ts';
import { EMPTY_INPUT } from '../cri/streams.ts';
import { shareInput } from './lines.ts';
import type { Shell } from './interpreter.ts';
import type { Statement } from './parse.ts';

export interface Job { readonly number: number; readonly child: Child; readonly text: string; code: number | undefined; told: boolean }

export interface Jobs {
  start(shell: Shell, statement: Statement): Promise<void>;
  readonly list: readonly Job[];
  find(spec: string): Job | undefined;
  remove(job: Job): void;
  /** A subshell knows no jobs of its parent. */
  forSubshell(): Jobs;
  /** Jobs that ended since the last prompt, as an interactive shell tells. */
  news(): readonly Job[];
}

export function createJobs(): Jobs {
  const list: Job[] = [];
  let next = 1;
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
      if (list.length === 0) next = 1;
      const job: Job = { number: next, child, text, code: undefined, told: false };
      next += 1;
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
      const ended = list.filter(job => job.code !== undefined && !job.told);
      for (const job of ended) {
        job.told = true;
        list.splice(list.indexOf(job), 1);
      }
      return ended;
    },
  };
}

export function jobLine(job: Job, current: boolean): string {
  const state = job.code === undefined ? 'Running' : job.code === 0 ? 'Done' : job.code > 128 ? signalWord(job.code - 128) : `Exit ${job.code}`;
  return `[${job.number}]${current ? '+' : '-'}  ${state.padEnd(24)}${job.text}${job.code === undefined ? ' &' : ''}\n`;
}

function signalWord(signal: number): string {
  return signal === 15 ? 'Terminated' : signal === 9 ? 'Killed' : signal === 2 ? 'Interrupt' : signal === 1 ? 'Hangup' : `Signal ${signal}`;
}
