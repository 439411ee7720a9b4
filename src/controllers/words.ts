/** Words for the sentences of the Why panel. */

/** "1 Pod", "3 Pods". */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
