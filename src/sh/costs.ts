/** What the shell's own work costs in CPU time, so that the clock goes on under a hot loop. */

/** Simple commands that cost nothing else. */
export const COMMAND_CPU_MS = 0.01;
/** What a command substitution copies in a millisecond. */
export const SUBSTITUTED_BYTES_A_MS = 100_000;
/** Loops that spin are charged more and more, up to this an iteration. */
export const SPIN_AFTER = 20_000;
export const SPIN_CPU_MAX_MS = 50;
/** Commands and functions inside one another. */
export const DEPTH_MAX = 250;
