/** Plays tasks in processes of their own: as many at once as there are jobs, each ended when a task takes too long, and
 *  replaced now and then, so that no page sees what another left in memory. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Page } from './entries.ts';
import type { CommandOutcome, ManifestOutcome, PageOutcome } from './outcome.ts';
import type { ManifestTask } from './play-manifests.ts';

export type Task =
  | {
      readonly k: 'page';
      readonly page: Page;
      readonly files: Readonly<Record<string, string>>;
      readonly withoutHelm: boolean;
      readonly pauseSeconds: number;
    }
  | { readonly k: 'manifests'; readonly manifests: readonly ManifestTask[] };

/** From the process that plays. `begin` names the row that runs now. */
export type Told =
  | { readonly k: 'ready' }
  | { readonly k: 'begin'; readonly index: number }
  | { readonly k: 'command'; readonly outcome: CommandOutcome }
  | { readonly k: 'manifest'; readonly outcome: ManifestOutcome }
  | { readonly k: 'page'; readonly outcome: PageOutcome }
  | { readonly k: 'manifests-done' }
  | { readonly k: 'failed'; readonly message: string };

/** What came of a task, whole or as far as it got. */
export interface TaskEnd {
  readonly task: Task;
  readonly page?: PageOutcome;
  readonly commands: readonly CommandOutcome[];
  readonly manifests: readonly ManifestOutcome[];
  /** Which row ran when it was ended. */
  readonly at: number;
  readonly broke?: string;
  readonly wallMs: number;
}

export interface PoolOptions {
  /** The file and arguments of a process that answers tasks: see answerTasks. */
  readonly script: string;
  readonly argv: readonly string[];
  readonly jobs: number;
  readonly guardMs: number;
  readonly onEnd: (end: TaskEnd) => void;
  /** Everything that a process tells, as it comes. */
  readonly onTold?: (told: Told) => void;
  /** Calls `expire` after so many milliseconds unless it is cancelled by the function that it returns; default: a timer. */
  readonly guard?: (expire: () => void, ms: number) => () => void;
}

/** Tasks that one process plays before a new one takes its place. */
const TASKS_A_PROCESS = 12;

export async function playAll(tasks: readonly Task[], options: PoolOptions): Promise<void> {
  const queue = [...tasks];
  const lane = async (): Promise<void> => {
    let child: ChildProcess | undefined;
    let played = 0;
    try {
      for (let task = queue.shift(); task; task = queue.shift()) {
        if (!child || played >= TASKS_A_PROCESS) {
          child?.kill();
          child = fork(options.script, [...options.argv], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
          played = 0;
        }
        const end = await playOne(child, task, options);
        played += 1;
        if (end.broke !== undefined) {
          child.kill('SIGKILL');
          child = undefined;
        }
        options.onEnd(end);
      }
    } finally {
      child?.kill('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, Math.max(1, tasks.length)) }, lane));
}

function afterWallTime(expire: () => void, ms: number): () => void {
  const timer = setTimeout(expire, ms);
  return () => clearTimeout(timer);
}

function playOne(child: ChildProcess, task: Task, { guardMs, onTold, guard = afterWallTime }: PoolOptions): Promise<TaskEnd> {
  const started = Date.now();
  const commands: CommandOutcome[] = [];
  const manifests: ManifestOutcome[] = [];
  let at = 0;
  let page: PageOutcome | undefined;
  return new Promise((resolve) => {
    const finish = (broke?: string): void => {
      unguard();
      child.off('message', hear);
      child.off('exit', gone);
      resolve({
        task,
        commands,
        manifests,
        at,
        wallMs: Date.now() - started,
        ...(page && { page }),
        ...(broke !== undefined && { broke }),
      });
    };
    const hear = (told: Told): void => {
      if (told.k === 'begin') at = told.index;
      else if (told.k === 'command') commands.push(told.outcome);
      else if (told.k === 'manifest') manifests.push(told.outcome);
      else if (told.k === 'failed') finish(`internal error: ${told.message}`);
      else if (told.k === 'manifests-done') finish();
      else if (told.k === 'page') {
        page = told.outcome;
        finish();
      }
      onTold?.(told);
    };
    const gone = (code: number | null, signal: string | null): void =>
      finish(`internal error: its process ended with ${signal ?? `code ${code}`}`);
    const unguard = guard(() => finish(`took more than ${Math.round(guardMs / 1000)} s of wall time`), guardMs);
    child.on('message', hear);
    child.on('exit', gone);
    child.send(task, (error) => {
      if (error) finish(`internal error: ${error.message}`);
    });
  });
}
