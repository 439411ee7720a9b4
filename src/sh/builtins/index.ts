/** The table of builtins. */
import type { Assignment } from '../parse.ts';
import type { Shell } from '../interpreter.ts';
import { FLOW } from './flow.ts';
import { INPUT } from './input.ts';
import { JOBS } from './jobs.ts';
import { NAMES } from './names.ts';
import { PLACES } from './places.ts';
import { VARIABLES } from './variables.ts';

/** `args` has assignments unexpanded, for `export a=b`. */
export type Builtin = (shell: Shell, argv: readonly string[], args: readonly (string | Assignment)[]) => Promise<number>;

export const BUILTINS: Readonly<Record<string, Builtin>> = { ...FLOW, ...INPUT, ...JOBS, ...NAMES, ...PLACES, ...VARIABLES };

/** POSIX special builtins: assignments before them stay, functions cannot hide them. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set([
  '.', ':', 'break', 'continue', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'times', 'trap', 'unset',
]);
