/** The syntax tree of a CEL expression. `at` is where cel-go would point: the operator, the dot, the opening bracket.
 *  Upstream: github.com/google/cel-spec doc/langdef.md */
import type { Value } from './values.ts';

/** Macros that walk a list or the keys of a map. */
export type FoldKind = 'all' | 'exists' | 'exists_one' | 'map' | 'filter' | 'transformList' | 'transformMap';

export type Expr =
  | { readonly op: 'literal'; readonly at: number; readonly value: Value }
  | { readonly op: 'ident'; readonly at: number; readonly name: string }
  | {
      readonly op: 'select';
      readonly at: number;
      readonly of: Expr;
      readonly field: string;
      readonly isTest: boolean;
      readonly isOptional: boolean;
    }
  | { readonly op: 'call'; readonly at: number; readonly name: string; readonly target: Expr | undefined; readonly args: readonly Expr[] }
  | { readonly op: 'list'; readonly at: number; readonly items: readonly Expr[]; readonly optional: readonly boolean[] }
  | { readonly op: 'map'; readonly at: number; readonly entries: readonly (readonly [key: Expr, value: Expr, optional: boolean])[] }
  | {
      readonly op: 'fold';
      readonly at: number;
      readonly kind: FoldKind;
      readonly range: Expr;
      /** One name: the element or the key. Two: index and element, or key and value. */
      readonly names: readonly string[];
      readonly filter: Expr | undefined;
      readonly step: Expr;
    }
  | { readonly op: 'bind'; readonly at: number; readonly name: string; readonly init: Expr; readonly body: Expr }
  /** optMap and optFlatMap. */
  | { readonly op: 'optMap'; readonly at: number; readonly of: Expr; readonly name: string; readonly body: Expr; readonly isFlat: boolean };

/** A mistake in the text or the types of an expression. */
export interface Issue {
  readonly at: number;
  readonly text: string;
}

/** As cel-go prints them: place, text, the line and a caret under the place. */
export function issuesText(source: string, issues: readonly Issue[]): string {
  const sorted = [...issues].sort((a, b) => a.at - b.at);
  return sorted
    .map(({ at, text }) => {
      const before = source.slice(0, at);
      const lineStart = before.lastIndexOf('\n') + 1;
      const row = before.split('\n').length;
      const end = source.indexOf('\n', lineStart);
      const line = source.slice(lineStart, end < 0 ? undefined : end).replaceAll('\t', ' ');
      const column = [...source.slice(lineStart, at)].length;
      return `ERROR: <input>:${row}:${column + 1}: ${text}\n | ${line}\n | ${'.'.repeat(column)}^`;
    })
    .join('\n');
}
