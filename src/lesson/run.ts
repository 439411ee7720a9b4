/** One learner in one lesson over one sandbox: looks at the checks of the present step, in their order, whenever it is
 *  told that something may have changed. The page and the player of solutions hold the same thing. */
import type { CommandResult, Sandbox } from '../sandbox/sandbox.ts';
import { look } from './evaluate.ts';
import type { Lesson, LessonStep, Misconception } from './lesson.ts';
import { advance, isDone, isLost, START, wantsLook } from './progress.ts';
import type { Progress } from './progress.ts';
import { trueOption } from './truth.ts';
import type { Outcome } from './truth.ts';

export interface LessonState {
  readonly step: number;
  readonly progress: Progress;
  readonly done: boolean;
  /** The step cannot be passed any more from here. */
  readonly lost: string | undefined;
  readonly misconception: Misconception | undefined;
  readonly prediction: { readonly chosen: string; readonly truth: string | undefined; readonly outcome: Outcome } | undefined;
}

export interface LessonRun {
  readonly lesson: Lesson;
  state(): LessonState;
  /** Looks again. Calls while one is under way become one more look after it. */
  look(commands: readonly CommandResult[]): Promise<LessonState>;
  /** Commits to a prediction and runs it in a copy. */
  predict(option: string): Promise<LessonState>;
  /** To the next step, where this one is done. */
  next(): LessonState;
  goTo(step: number): LessonState;
}

export function createLessonRun(lesson: Lesson, sandbox: Sandbox): LessonRun {
  let state: LessonState = fresh(0);
  let commands: readonly CommandResult[] = [];
  let running: Promise<void> | undefined;
  let again = false;
  return { lesson, state: () => state, look: lookAgain, predict, next, goTo };

  function fresh(step: number): LessonState {
    return {
      step,
      progress: {},
      done: lesson.steps[step]?.type === 'read',
      lost: undefined,
      misconception: undefined,
      prediction: undefined,
    };
  }

  async function lookAgain(now: readonly CommandResult[]): Promise<LessonState> {
    commands = now;
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await lookOnce();
      }
    })().finally(() => {
      running = undefined;
    });
    await running;
    return state;
  }

  async function lookOnce(): Promise<void> {
    const at = state.step;
    const step = lesson.steps[at];
    if (!step || step.type === 'predict' || step.type === 'read') return;
    const subject = { sandbox, commands };
    let progress = state.progress;
    for (const check of step.checks) {
      const seen = wantsLook(check, progress) ? await look(check.condition, subject) : undefined;
      const before = progress[check.id] ?? START;
      progress = { ...progress, [check.id]: advance(check, before, seen, progress, sandbox.time.state.nowMicros) };
    }
    const misconception = await recognised(step);
    const failed = step.fail && (await look(step.fail.condition, subject)).holds ? step.fail.say : undefined;
    if (state.step !== at) return;
    const lost = failed ?? (isLost(step, progress) ? 'A thing that had to stay true was lost.' : undefined);
    state = { ...state, progress, misconception, lost, done: isDone(step, progress) };
  }

  async function recognised(step: LessonStep): Promise<Misconception | undefined> {
    for (const one of step.misconceptions) if ((await look(one.condition, { sandbox, commands })).holds) return one;
    return undefined;
  }

  async function predict(option: string): Promise<LessonState> {
    const asked = lesson.steps[state.step]?.prediction;
    if (!asked || state.prediction) return state;
    const copy = await sandbox.fork();
    try {
      if (asked.fault) await copy.fault(asked.fault);
      if (asked.waitSeconds > 0) await copy.time.runUntil({ atMicros: copy.time.state.nowMicros + asked.waitSeconds * 1e6 });
      const session = await copy.shell({ name: 'prediction' });
      const { exitCode, stdout, stderr } = await session.run(asked.run);
      const outcome = { exit: exitCode, stdout, stderr };
      state = { ...state, prediction: { chosen: option, truth: trueOption(asked.truth, outcome), outcome }, done: true };
    } finally {
      await copy.close();
    }
    return state;
  }

  function next(): LessonState {
    return state.done && state.step < lesson.steps.length - 1 ? goTo(state.step + 1) : state;
  }

  function goTo(step: number): LessonState {
    state = fresh(step);
    return state;
  }
}
