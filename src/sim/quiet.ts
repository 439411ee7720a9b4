/** How messages of observers are told from those of history. */

/** Quiet messages (those of observers) travel under the machine's name with this mark: links and counters of their own. */
export const QUIET = '~';

/** A machine's name without the mark of quiet messages. */
export function plain(machine: string): string {
  return machine.endsWith(QUIET) ? machine.slice(0, -1) : machine;
}

export function isQuiet(from: string): boolean {
  return from.endsWith(QUIET);
}

/** Who a journal's message is from. Names that begin with @ are no machines: what they ask comes from outside. */
export const INPUT = '@input';
