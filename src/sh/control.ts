/** What travels up through a shell as an exception: break, return, Ctrl-C, a failed expansion. */

export class BreakSignal extends Error { constructor(readonly kind: 'break' | 'continue', public levels: number) { super(kind); } }
export class ReturnSignal extends Error { constructor(readonly code: number) { super('return'); } }
/** Ctrl-C: the whole command line is given up. */
export class InterruptSignal extends Error { constructor() { super('interrupt'); } }
/** A failed expansion: the command is given up, a script ends. `words` is what has not been printed yet. */
export class ShellFailure extends Error { constructor(readonly code: number, public words: string | undefined) { super('shell failure'); } }
