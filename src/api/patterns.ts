/** Regular expressions that users write: RE2's language, in time linear to the text, the same in every engine.
 *  Upstream: Go regexp */
import { RE2JS, RE2JSException } from 're2js';

export interface Pattern {
  /** Anywhere in the text, as Go's MatchString. */
  test(text: string): boolean;
  /** The parts of the text that fit, from the left; at most `limit`, below zero all. */
  findAll(text: string, limit: number): readonly string[];
  /** The first part that fits and what its groups hold. */
  groups(text: string): readonly (string | undefined)[] | undefined;
}

const LENGTH_MAX = 10_000;

/** A text is what is wrong with the pattern. */
export function compilePattern(source: string): Pattern | string {
  if (source.length > LENGTH_MAX) return 'expression too large';
  try {
    const compiled = RE2JS.compile(source);
    return { test: (text) => compiled.matcher(text).find(), findAll: (text, limit) => partsOf(compiled, text, limit), groups: (text) => groupsOf(compiled, text) };
  } catch (error) {
    if (error instanceof RE2JSException) return error.message;
    throw error;
  }
}

function partsOf(compiled: RE2JS, text: string, limit: number): readonly string[] {
  const matcher = compiled.matcher(text);
  const out: string[] = [];
  while ((limit < 0 || out.length < limit) && matcher.find()) out.push(matcher.group() ?? '');
  return out;
}

function groupsOf(compiled: RE2JS, text: string): readonly (string | undefined)[] | undefined {
  const matcher = compiled.matcher(text);
  if (!matcher.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_none, index) => matcher.group(index) ?? undefined);
}
