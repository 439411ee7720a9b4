import type { Kubectl } from '../command.ts';
import { usageError } from '../errors.ts';

/** The one positional word of the create commands. */
export function oneName(k: Kubectl, args: readonly string[] = k.args): string {
  if (args.length !== 1) throw usageError(k.path, `exactly one NAME is required, got ${args.length}`);
  return args[0]!;
}
