/** The text of one description: lines with tabs that become columns at the end, two spaces for each level.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go PrefixWriter, tabbedString */
import { byText } from '../obj.ts';
import { DESCRIBE, alignTabs } from '../printers/tab-writer.ts';

export interface Text {
  /** A line at a level; it may hold tabs. */
  line(level: number, text: string): void;
  /** Text as it is, newline and all. */
  raw(text: string): void;
  /** Aligns what is there; what follows has columns of its own. */
  flush(): void;
  aligned(): string;
  /** With its tabs as they are. */
  plain(): string;
}

export function createText(): Text {
  let done = '';
  let whole = '';
  let open = '';
  const text: Text = {
    line: (level, line) => text.raw(`${'  '.repeat(level)}${line}\n`),
    raw: (more) => {
      open += more;
      whole += more;
    },
    plain: () => whole,
    flush: () => {
      done += open === '' ? '' : alignTabs(open, DESCRIBE);
      open = '';
    },
    aligned: () => {
      text.flush();
      return done;
    },
  };
  return text;
}

type Map = Readonly<Record<string, string>> | undefined;

/** "Labels:\ta=b" and the others below it. */
export function labelLines(text: Text, title: string, labels: Map): void {
  const pairs = Object.entries(labels ?? {})
    .sort(([a], [b]) => byText(a, b))
    .map(([k, v]) => `${k}=${v}`);
  if (pairs.length === 0) text.raw(`${title}:\t<none>\n`);
  pairs.forEach((pair, i) => text.raw(`${i === 0 ? `${title}:` : ''}\t${pair}\n`));
}

const HIDDEN = ['kubectl.kubernetes.io/last-applied-configuration'];
const LONG = 140;

export function annotationLines(text: Text, title: string, annotations: Map): void {
  const keys = Object.keys(annotations ?? {})
    .filter((k) => !HIDDEN.includes(k))
    .sort(byText);
  if (keys.length === 0) text.raw(`${title}:\t<none>\n`);
  keys.forEach((key, i) => {
    const value = (annotations![key] ?? '').replace(/\n$/, '');
    const head = i === 0 ? `${title}:\t` : '\t';
    if (value.length + key.length + 2 > LONG || value.includes('\n')) {
      text.raw(`${head}${key}:\n`);
      for (const part of value.split('\n')) text.raw(`\t  ${shorten(part, LONG - 2)}\n`);
    } else {
      text.raw(`${head}${key}: ${value}\n`);
    }
  });
}

export const shorten = (value: string, length: number): string => (value.length > length ? `${value.slice(0, length)}...` : value);

export const orNone = (value: string): string => (value === '' ? '<none>' : value);
export const orUnset = (value: unknown): string => (value === undefined || value === null || value === '' ? '<unset>' : String(value));
export const boolWord = (value: boolean | undefined): string => (value === true ? 'True' : 'False');

/** A table of a description at a level: headers, dashes below them, rows. */
export function table(
  text: Text,
  level: number,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  dashes?: readonly string[],
): void {
  text.line(level, headers.join('\t'));
  text.line(level, (dashes ?? headers.map((h) => '-'.repeat(h.length))).join('\t'));
  for (const row of rows) text.line(level, row.join('\t'));
}
