/** YAML documents as kubectl reads them: YAML 1.1 words (`yes`, `on`, `010`), times and sexagesimals as text, merge keys,
 *  many documents a file. Errors are in go-yaml's words, with the line as it counts and the real line and column beside.
 *  The emitter is in yaml-emitter.ts.
 *  Upstream: sigs.k8s.io/yaml, gopkg.in/yaml.v2 */
import { isMap, isScalar, LineCounter, parseAllDocuments, parseDocument } from 'yaml';
import type { Document, Tags, YAMLError } from 'yaml';

export { stringifyYaml } from './yaml-emitter.ts';

export class YamlError extends Error {
  constructor(message: string, readonly line: number, readonly column: number) {
    super(message);
    this.name = 'YamlError';
  }
}

export interface YamlDocument {
  readonly value: unknown;
  /** Where its first content stands, counted from 1. */
  readonly line: number;
  /** The text of this document alone. */
  readonly text: string;
}

/** Go resolves none of these: they stay text. */
const LEFT_OUT = new Set(['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary', 'tag:yaml.org,2002:set', 'tag:yaml.org,2002:omap', 'tag:yaml.org,2002:pairs']);

const customTags = (tags: Tags): Tags => tags.filter((tag) => typeof tag === 'string' || (!LEFT_OUT.has(tag.tag) && tag.format !== 'TIME'));

const options = (lineCounter: LineCounter, uniqueKeys = true, version: '1.1' | '1.2' = '1.1') => ({
  version, merge: true, customTags, lineCounter, prettyErrors: false, uniqueKeys, logLevel: 'silent', strict: true,
} as const);

/** One document; an empty text is null. */
export function parseYaml(text: string): unknown {
  const lines = new LineCounter();
  return valueOf(parseDocument(text, options(lines)), lines);
}

/** All documents of a text split at `---` lines; empty ones are left out. With `lastKeyWins` a doubled key is no error;
 *  in version 1.2 `y` and `on` are text. */
export function parseYamlDocuments(text: string, lastKeyWins = false, version: '1.1' | '1.2' = '1.1'): readonly YamlDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, options(lines, !lastKeyWins, version));
  if (!Array.isArray(documents)) return [];
  const out: YamlDocument[] = [];
  for (const document of documents) {
    const value = valueOf(document, lines);
    if (value === null || value === undefined) continue;
    const [start, , end] = document.range;
    const first = document.contents?.range?.[0] ?? start;
    out.push({ value, line: lines.linePos(first).line, text: text.slice(start, end) });
  }
  return out;
}

function valueOf(document: Document.Parsed, lines: LineCounter): unknown {
  const error = document.errors.find((one) => one.code === 'MULTILINE_IMPLICIT_KEY') ?? document.errors[0];
  if (error) throw located(error, lines, document);
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    const anchor = error instanceof ReferenceError ? /Unresolved alias .*: (.*)$/.exec(error.message)?.[1] : undefined;
    throw new YamlError(anchor === undefined ? 'yaml: document contains excessive aliasing' : `yaml: unknown anchor '${anchor}' referenced`, 1, 1);
  }
}

/** go-yaml's sentence for a code of the parser, and whether its scanner (which counts lines from 1) or its parser says it. */
const WORDS: Readonly<Record<string, readonly [text: string, by: 'scanner' | 'parser']>> = {
  TAB_AS_INDENT: ['found character that cannot start any token', 'scanner'],
  BAD_SCALAR_START: ['found character that cannot start any token', 'scanner'],
  BAD_INDENT: ['did not find expected key', 'parser'],
  BLOCK_IN_FLOW: ['did not find expected node content', 'parser'],
  BLOCK_AS_IMPLICIT_KEY: ['mapping values are not allowed in this context', 'scanner'],
  MULTILINE_IMPLICIT_KEY: ['mapping values are not allowed in this context', 'scanner'],
  IMPOSSIBLE: ['did not find expected node content', 'parser'],
  BAD_DQ_ESCAPE: ['found unknown escape character', 'scanner'],
  KEY_OVER_1024_CHARS: ["could not find expected ':'", 'scanner'],
  MISSING_CHAR: ["could not find expected ':'", 'scanner'],
  UNEXPECTED_TOKEN: ['did not find expected node content', 'parser'],
  BAD_ALIAS: ['unknown anchor referenced', 'scanner'],
  BAD_DIRECTIVE: ['found unknown directive name', 'scanner'],
  MULTIPLE_ANCHORS: ['did not find expected node content', 'parser'],
  MULTIPLE_TAGS: ['did not find expected node content', 'parser'],
};

function located(error: YAMLError, lines: LineCounter, document: Document.Parsed): YamlError {
  // A key of several lines is refused where its colon stands.
  const { line, col } = lines.linePos(error.code === 'MULTILINE_IMPLICIT_KEY' ? error.pos[1] - 1 : error.pos[0]);
  if (error.code === 'DUPLICATE_KEY') {
    return new YamlError(`yaml: unmarshal errors:\n  line ${line}: key ${JSON.stringify(keyAt(document, error.pos[0]))} already set in map`, line, col);
  }
  const [text, by] = sentenceFor(error);
  const counted = by === 'scanner' && line > 1 ? line : line - 1;
  return new YamlError(counted <= 0 ? `yaml: ${text}` : `yaml: line ${counted}: ${text}`, line, col);
}

function sentenceFor(error: YAMLError): readonly [string, 'scanner' | 'parser'] {
  const { code, message } = error;
  if (/^Sequence item without/.test(message)) return ['did not find expected key', 'parser'];
  if (code === 'MISSING_CHAR' && /quote/.test(message)) return ['found unexpected end of stream', 'scanner'];
  if (/^flow/i.test(message) || (code === 'BAD_INDENT' && /flow/i.test(message))) return [`did not find expected ',' or '${message.includes('map') ? '}' : ']'}'`, 'parser'];
  return WORDS[code] ?? ['did not find expected node content', 'parser'];
}

/** The key that stands at that place. */
function keyAt(document: Document.Parsed, position: number): string {
  let found = '';
  const look = (node: unknown): void => {
    if (!isMap(node)) {
      for (const item of (node as { items?: readonly unknown[] } | null)?.items ?? []) look(item);
      return;
    }
    for (const pair of node.items) {
      if (isScalar(pair.key) && pair.key.range?.[0] === position) found = String(pair.key.value);
      look(pair.value);
    }
  };
  look(document.contents);
  return found;
}
