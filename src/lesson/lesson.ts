/** A lesson as data: what the files below lessons/ say, checked and typed. The closed lists here are the format. */
import type { Fault } from '../sandbox/sandbox.ts';

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly minutes: number;
  readonly level: 'beginner' | 'intermediate' | 'advanced';
  readonly needs: readonly string[];
  readonly maps: Readonly<Record<string, string>>;
  readonly clock: { readonly start: 'playing' | 'paused'; readonly speed: number };
  readonly steps: readonly LessonStep[];
}

export type StepType = 'read' | 'do' | 'investigate' | 'predict' | 'fix';

export interface LessonStep {
  readonly id: string;
  readonly type: StepType;
  readonly checks: readonly Check[];
  readonly hints: readonly Hint[];
  readonly misconceptions: readonly Misconception[];
  readonly prediction?: Prediction;
  readonly fail?: { readonly condition: Condition; readonly say: string };
}

export interface Check {
  readonly id: string;
  readonly say: string;
  readonly condition: Condition;
  readonly when: When;
  /** A guard: it may hold at the start, and must not be lost. */
  readonly initiallyPasses: boolean;
  /** Checks that must be met before this one is looked at. */
  readonly needs: readonly string[];
}

export type When = { readonly type: 'now' } | { readonly type: 'stable'; readonly seconds: number } | { readonly type: 'throughout' };

export type Condition =
  | {
      readonly type: 'object';
      readonly kind: string;
      readonly namespace: string;
      readonly name?: string;
      readonly match?: object;
      readonly atLeast: number;
    }
  | { readonly type: 'absent'; readonly kind: string; readonly namespace: string; readonly name: string }
  | { readonly type: 'probe'; readonly from: string; readonly get: string; readonly tries: number; readonly ok: number }
  | { readonly type: 'ran'; readonly verb: string; readonly resource?: string };

export interface Hint {
  readonly afterIdleSeconds?: number;
  readonly afterFails?: number;
  readonly say: string;
  readonly point: readonly string[];
}
export interface Misconception {
  readonly id: string;
  readonly condition: Condition;
  readonly say: string;
}

export interface PredictionOption {
  readonly id: string;
  readonly say: string;
  /** What whoever chose it wrongly overlooked. */
  readonly overlooks?: string;
}

export interface Prediction {
  readonly ask: string;
  readonly options: readonly PredictionOption[];
  readonly fault?: Fault;
  readonly waitSeconds: number;
  readonly run: string;
  /** Option to an expression over exit, stdout and stderr; exactly one must hold. */
  readonly truth: Readonly<Record<string, string>>;
}

/** What went wrong where: "steps[1].checks[0].say". */
export interface LessonProblem {
  readonly field: string;
  readonly message: string;
}
