/** Plays a solution or a wrong answer, as a learner would type it, and tells what each step came to. */
import type { CommandResult, Sandbox } from '../sandbox/sandbox.ts';
import type { Lesson } from './lesson.ts';
import { createLessonRun } from './run.ts';
import type { LessonState } from './run.ts';
import type { Action, Script } from './script.ts';

export interface PlayedStep {
  readonly id: string;
  readonly before: LessonState;
  readonly after: LessonState;
}
export interface Played {
  readonly steps: readonly PlayedStep[];
  readonly passed: boolean;
  /** Ids of checks that were not met at the end of the last step played. */
  readonly unmet: readonly string[];
  readonly misconceptions: readonly string[];
  readonly commands: readonly CommandResult[];
}

const SETTLE_MICROS = 30e6;

/** The sandbox must be fresh, with the lesson's start state, and time must move by itself or at full speed. */
export async function play(lesson: Lesson, script: Script, sandbox: Sandbox): Promise<Played> {
  const run = createLessonRun(lesson, sandbox);
  const session = await sandbox.shell({ name: 'player' });
  const commands: CommandResult[] = [];
  const steps: PlayedStep[] = [];
  const misconceptions = new Set<string>();
  for (const { id, actions } of script.steps) {
    if (lesson.steps[run.state().step]?.id !== id) break;
    const before = await run.look(commands);
    for (const action of actions) {
      await act(action);
      const state = await run.look(commands);
      if (state.misconception) misconceptions.add(state.misconception.id);
    }
    await settle();
    const after = run.state();
    steps.push({ id, before, after });
    if (!after.done) break;
    run.next();
  }
  session.close();
  const last = steps.at(-1);
  const checks = lesson.steps.find((step) => step.id === last?.id)?.checks ?? [];
  return {
    steps,
    misconceptions: [...misconceptions],
    commands,
    passed: last !== undefined && last.after.done && last.id === lesson.steps.at(-1)?.id,
    unmet: checks.filter((check) => last?.after.progress[check.id]?.state !== 'met').map((check) => check.id),
  };

  async function act(action: Action): Promise<void> {
    switch (action.type) {
      case 'command':
        commands.push(await session.run(action.line));
        break;
      case 'fault':
        await sandbox.fault(action.fault);
        break;
      case 'wait':
        await walk(action.seconds * 1e6);
        break;
      case 'choose':
        await run.predict(action.option);
        break;
    }
  }

  /** Time passes in slices, because guards look at every state on the way. */
  async function walk(micros: number): Promise<void> {
    const slice = 10e6;
    for (let left = micros; left > 0; left -= slice) {
      await sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + Math.min(slice, left) });
      await run.look(commands);
    }
  }

  /** Gives what was asked the time to come true. */
  async function settle(): Promise<void> {
    for (let waited = 0; waited < SETTLE_MICROS && !run.state().done; waited += 5e6) await walk(5e6);
    const { misconception } = await run.look(commands);
    if (misconception) misconceptions.add(misconception.id);
  }
}
