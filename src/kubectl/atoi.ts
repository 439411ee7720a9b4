/** A whole number as Go reads one out of text. Throws CommandError with Go's words. */
import { CommandError } from './errors.ts';

export function atoi(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (!Number.isSafeInteger(Number(text))) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  return Number(text);
}
