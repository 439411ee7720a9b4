/** Writes JSON values as sigs.k8s.io/yaml does: keys in natural order, lists not indented, long text folded at 80 columns,
 *  quotes only where the text would read as something else.
 *  Upstream: gopkg.in/yaml.v2 emitterc.go, encode.go, sorter.go */

const WIDTH = 80;
const STEP = 2;

/** How other writers than sigs.k8s.io/yaml lay out the same values. */
export interface YamlLayout {
  /** Keys stand in their own order. */
  readonly keepOrder?: boolean;
  /** Lists below a key are indented. */
  readonly indentLists?: boolean;
  /** Long text is not folded. */
  readonly isWide?: boolean;
}

export function stringifyYaml(value: unknown, layout: YamlLayout = {}): string {
  const emitter = new Emitter(layout);
  emitter.node(value, 0, 'root');
  return `${emitter.text}\n`;
}

const isLetter = (character: string): boolean => /\p{L}/u.test(character);
const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';

/** go-yaml's order of keys: letters after everything else, numbers by value. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const x = left[i] as string;
    const y = right[i] as string;
    if (x === y) continue;
    const [lettersX, lettersY] = [isLetter(x), isLetter(y)];
    if (lettersX && lettersY) return x < y ? -1 : 1;
    if (lettersX || lettersY) return lettersY ? -1 : 1;
    return compareNumbers(left, right, i);
  }
  return left.length - right.length;
}

function compareNumbers(left: readonly string[], right: readonly string[], at: number): number {
  let start = 0;
  if (left[at] === '0' || right[at] === '0') {
    for (let j = at - 1; j >= 0 && isDigit(left[j]); j -= 1) if (left[j] !== '0') start = 1;
  }
  const [numberA, endA] = digits(left, at, start);
  const [numberB, endB] = digits(right, at, start);
  if (numberA !== numberB) return numberA < numberB ? -1 : 1;
  if (endA !== endB) return endA - endB;
  return (left[at] as string) < (right[at] as string) ? -1 : 1;
}

function digits(text: readonly string[], from: number, start: number): readonly [value: number, end: number] {
  let value = start;
  let at = from;
  for (; isDigit(text[at]); at += 1) value = value * 10 + Number(text[at]);
  return [value, at];
}

const WORDS = new Set([
  '', '~', 'null', 'Null', 'NULL', 'y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON', 'n', 'N', 'no', 'No', 'NO',
  'false', 'False', 'FALSE', 'off', 'Off', 'OFF', '<<', '.nan', '.NaN', '.NAN', '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF',
]);
const NUMBER = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const PREFIXED = /^[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)$/;
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const TIME = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][ ]*[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?([ ]*(Z|[-+][0-9]{2}:[0-9]{2}))?)?$/;

/** Read again without quotes it would not be a text. */
function readsAsOther(text: string): boolean {
  if (WORDS.has(text)) return true;
  const first = text.charCodeAt(0);
  if (!(first >= 48 && first <= 57) && first !== 43 && first !== 45 && first !== 46) return false;
  const plain = text.replaceAll('_', '');
  return NUMBER.test(plain) || PREFIXED.test(plain) || SEXAGESIMAL.test(text) || TIME.test(text);
}

interface Analysis { readonly plain: boolean; readonly single: boolean; readonly block: boolean }

const isBreak = (character: string | undefined): boolean =>
  character === '\n' || character === '\r' || character === '\u0085' || character === '\u2028' || character === '\u2029';
const isBlankOrEnd = (character: string | undefined): boolean =>
  character === undefined || character === ' ' || character === '\t' || isBreak(character);

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) as number;
  return code === 0x0a || (code >= 0x20 && code <= 0x7e) || code === 0x85 || (code >= 0xa0 && code <= 0xd7ff)
    || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff) || code > 0xffff;
}

const FIRST_INDICATORS = new Set('#,[]{}&*!|>\'"%@`');

function analyse(text: string): Analysis {
  const list = [...text];
  let indicators = text.startsWith('---') || text.startsWith('...');
  let special = false;
  let breaks = false;
  let spaceBreak = false;
  let breakSpace = false;
  let previous: 'space' | 'break' | '' = '';
  list.forEach((character, i) => {
    const next = list[i + 1];
    const after = i === 0 ? undefined : list[i - 1];
    if (i === 0 && FIRST_INDICATORS.has(character)) indicators = true;
    else if ((character === ':' || (i === 0 && (character === '?' || character === '-'))) && isBlankOrEnd(next)) indicators = true;
    else if (character === '#' && isBlankOrEnd(after)) indicators = true;
    if (!isPrintable(character)) special = true;
    if (isBreak(character)) {
      breaks = true;
      if (previous === 'space') spaceBreak = true;
      previous = 'break';
    } else if (character === ' ') {
      if (previous === 'break') breakSpace = true;
      previous = 'space';
    } else previous = '';
  });
  const last = list[list.length - 1];
  const edges = list[0] === ' ' || isBreak(list[0]) || last === ' ' || isBreak(last);
  const bad = spaceBreak || special;
  return {
    plain: !indicators && !edges && !breaks && !bad && !breakSpace,
    single: !bad && !breakSpace,
    block: !bad && last !== ' ',
  };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e', '"': '\\"', '\\': '\\\\',
  '\u0085': '\\N', '\u00a0': '\\_', '\u2028': '\\L', '\u2029': '\\P',
};

function escaped(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

class Emitter {
  text = '';
  private column = 0;
  private readonly width: number;

  constructor(private readonly layout: YamlLayout) {
    this.width = layout.isWide === true ? Infinity : WIDTH;
  }

  private write(text: string): void {
    this.text += text;
    this.column += text.length;
  }

  private line(indent: number): void {
    if (this.text !== '') this.text += '\n';
    this.text += ' '.repeat(indent);
    this.column = indent;
  }

  /** `place` says what stands before it on the line: nothing, "key:" or "-". */
  node(value: unknown, indent: number, place: 'root' | 'value' | 'item'): void {
    if (Array.isArray(value)) this.list(value, indent, place);
    else if (typeof value === 'object' && value !== null) this.map(value as Record<string, unknown>, indent, place);
    else {
      if (place !== 'root') this.write(' ');
      this.scalar(value, indent + (place === 'root' ? 0 : STEP), place === 'root' && indent === 0);
    }
  }

  private list(items: readonly unknown[], indent: number, place: 'root' | 'value' | 'item'): void {
    if (items.length === 0) return this.write(place === 'root' ? '[]' : ' []');
    items.forEach((item, i) => {
      if (place === 'item' && i === 0) this.write(' ');
      else this.line(indent);
      this.write('-');
      this.node(item, indent + STEP, 'item');
    });
  }

  private map(map: Readonly<Record<string, unknown>>, indent: number, place: 'root' | 'value' | 'item'): void {
    const given = Object.keys(map).filter((key) => map[key] !== undefined);
    const keys = this.layout.keepOrder === true ? given : given.sort(compareKeys);
    if (keys.length === 0) return this.write(place === 'root' ? '{}' : ' {}');
    keys.forEach((key, i) => {
      if (place === 'item' && i === 0) this.write(' ');
      else this.line(indent);
      this.key(key);
      this.write(':');
      const value = map[key];
      const stays = isScalarValue(value) || (Array.isArray(value) && this.layout.indentLists !== true);
      this.node(value, stays ? indent : indent + STEP, 'value');
    });
  }

  private key(key: string): void {
    const { plain, single } = analyse(key);
    if (key.includes('\n') || readsAsOther(key)) this.write(`"${[...key].map(quotable).join('')}"`);
    else if (plain) this.write(key);
    else if (single) this.write(`'${key.replaceAll("'", "''")}'`);
    else this.write(`"${[...key].map(quotable).join('')}"`);
  }

  private scalar(value: unknown, indent: number, isRoot: boolean): void {
    if (typeof value === 'number') return this.write(numberText(value));
    if (typeof value !== 'string') return this.write(String(value ?? null));
    const { plain, single, block } = analyse(value);
    if (value.includes('\n')) return block ? this.literal(value, isRoot ? STEP : indent) : this.double(value, indent);
    if (readsAsOther(value)) return this.double(value, indent);
    if (plain) return this.folded(value, indent, '');
    return single ? this.folded(value, indent, "'") : this.double(value, indent);
  }

  private literal(text: string, indent: number): void {
    const hint = text.startsWith(' ') || isBreak(text[0]) ? String(STEP) : '';
    const chomp = !isBreak(text[text.length - 1]) ? '-' : text.length === 1 || isBreak(text[text.length - 2]) ? '+' : '';
    this.write(`|${hint}${chomp}`);
    const lines = text.split('\n');
    if (chomp !== '-') lines.pop();
    for (const line of lines) {
      this.line(line === '' ? 0 : indent);
      this.write(line);
    }
  }

  /** Plain or in single quotes; broken at a single space past the width. */
  private folded(text: string, indent: number, quote: '' | "'"): void {
    this.write(quote);
    const list = [...text];
    let spaces = false;
    list.forEach((character, i) => {
      if (character === ' ') {
        const inside = quote === '' || (i > 0 && i < list.length - 1);
        if (!spaces && this.column > this.width && inside && list[i + 1] !== ' ') this.line(indent);
        else this.write(' ');
        spaces = true;
      } else {
        this.write(character === "'" && quote !== '' ? "''" : character);
        spaces = false;
      }
    });
    this.write(quote);
  }

  private double(text: string, indent: number): void {
    this.write('"');
    const list = [...text];
    let spaces = false;
    list.forEach((character, i) => {
      if (character === ' ' && !spaces && this.column > this.width && i > 0 && i < list.length - 1) {
        this.line(indent);
        if (list[i + 1] === ' ') this.write('\\');
      } else this.write(quotable(character));
      spaces = character === ' ';
    });
    this.write('"');
  }
}

const quotable = (character: string): string =>
  (!isPrintable(character) || isBreak(character) || character === '"' || character === '\\' ? escaped(character) : character);

const isScalarValue = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** Go's 'g' with the shortest digits. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return String(value);
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}
