import { freeze } from './json.ts';

/** A constant that is worked out when it is first needed, and then shared. `work` must be a function of constants only, so
 *  that it makes no difference who asked first. */
export function once<T extends object>(work: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= freeze(work()));
}
