/** POSIX and Perl-like regular expressions for grep, sed, awk and [[ =~ ]]: a backtracking matcher of our own with a limit
 *  of steps, so that a pattern from a learner can neither freeze the host nor depend on the JavaScript engine.
 *  Differs from Kubernetes: alternatives are tried from the left (as Perl does), not for the longest match (as POSIX says). */
import { characterClass } from './glob.ts';

export type Dialect = 'basic' | 'extended' | 'perl';
export interface Match { readonly start: number; readonly end: number; readonly groups: readonly (string | undefined)[] }
export interface Regex {
  /** The first match at or after `from`. */
  exec(text: string, from?: number): Match | undefined;
  test(text: string): boolean;
}

export class RegexError extends Error {
  constructor(message: string) { super(message); this.name = 'RegexError'; }
}

type Node =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'test'; readonly test: (char: string) => boolean }
  | { readonly type: 'start' | 'end' | 'word' | 'notword' | 'wordstart' | 'wordend' }
  | { readonly type: 'group'; readonly index: number; readonly node: Node }
  | { readonly type: 'look'; readonly ahead: boolean; readonly node: Node }
  | { readonly type: 'back'; readonly index: number }
  | { readonly type: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly type: 'choice'; readonly nodes: readonly Node[] }
  | { readonly type: 'repeat'; readonly node: Node; readonly min: number; readonly max: number; readonly lazy: boolean };

const STEPS_MAX = 2_000_000;
const REPEAT_MAX = 32_767;

const isWord = (char: string | undefined): boolean => char !== undefined && /[A-Za-z0-9_]/.test(char);
const isDigit = (char: string): boolean => char >= '0' && char <= '9';
const isSpace = (char: string): boolean => /\s/.test(char);
const ESCAPES: Readonly<Record<string, (char: string) => boolean>> = {
  w: isWord, W: char => !isWord(char), s: isSpace, S: char => !isSpace(char), d: isDigit, D: char => !isDigit(char),
};

interface Reader { readonly chars: readonly string[]; at: number; groups: number; readonly dialect: Dialect; readonly fold: boolean }

export function compileRegex(pattern: string, dialect: Dialect, fold = false): Regex {
  const reader: Reader = { chars: [...pattern], at: 0, groups: 0, dialect, fold };
  const node = choice(reader, 0);
  if (reader.at < reader.chars.length) throw new RegexError(dialect === 'basic' ? 'Unmatched ) or \\)' : 'Unmatched ) or \\)');
  const count = reader.groups;
  return {
    exec: (text, from = 0) => search(node, count, text, from, fold),
    test: text => search(node, count, text, 0, fold) !== undefined,
  };
}

/** Whether the next characters are this operator, by dialect: `\(` in basic, `(` in the others. */
function operator(reader: Reader, char: string): boolean {
  const { chars, at, dialect } = reader;
  return dialect === 'basic' ? chars[at] === '\\' && chars[at + 1] === char : chars[at] === char;
}

function skip(reader: Reader): void {
  reader.at += reader.dialect === 'basic' ? 2 : 1;
}

function choice(reader: Reader, depth: number): Node {
  if (depth > 200) throw new RegexError('Regular expression too big');
  const nodes: Node[] = [sequence(reader, depth)];
  while (operator(reader, '|')) { skip(reader); nodes.push(sequence(reader, depth)); }
  return nodes.length === 1 ? nodes[0]! : { type: 'choice', nodes };
}

function sequence(reader: Reader, depth: number): Node {
  const nodes: Node[] = [];
  while (reader.at < reader.chars.length && !operator(reader, '|') && !(depth > 0 && operator(reader, ')'))) {
    if (depth === 0 && operator(reader, ')')) {
      if (reader.dialect === 'basic' || reader.dialect === 'perl') throw new RegexError('Unmatched ) or \\)');
      reader.at += 1;
      nodes.push({ type: 'char', char: ')' });
      continue;
    }
    nodes.push(repeated(reader, atom(reader, depth, nodes.length === 0)));
  }
  return nodes.length === 1 ? nodes[0]! : { type: 'sequence', nodes };
}

function repeated(reader: Reader, node: Node): Node {
  for (;;) {
    const { chars, dialect } = reader;
    const char = chars[reader.at];
    let min: number;
    let max: number;
    if (char === '*') { [min, max] = [0, Infinity]; reader.at += 1; }
    else if (operator(reader, '+') && (dialect !== 'basic' || char === '\\')) { [min, max] = [1, Infinity]; skip(reader); }
    else if (operator(reader, '?')) { [min, max] = [0, 1]; skip(reader); }
    else if (operator(reader, '{')) {
      const bounds = interval(reader);
      if (bounds === undefined) return node;
      [min, max] = bounds;
    } else return node;
    const lazy = dialect === 'perl' && chars[reader.at] === '?';
    if (lazy) reader.at += 1;
    node = { type: 'repeat', node, min, max, lazy };
  }
}

function interval(reader: Reader): [number, number] | undefined {
  const open = reader.dialect === 'basic' ? 2 : 1;
  const text = reader.chars.slice(reader.at + open).join('');
  const found = /^([0-9]*)(,?)([0-9]*)(\\?)\}/.exec(text);
  if (found === null || (found[1] === '' && found[3] === '') || (found[4] === '\\') !== (reader.dialect === 'basic')) {
    if (reader.dialect === 'basic') throw new RegexError('Unmatched \\{');
    return undefined;
  }
  reader.at += open + found[0].length;
  const min = Number(found[1] || '0');
  const max = found[2] === '' ? min : found[3] === '' ? Infinity : Number(found[3]);
  if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX) || min > max) throw new RegexError('Invalid content of \\{\\}');
  return [min, max];
}

function atom(reader: Reader, depth: number, first: boolean): Node {
  const { chars, dialect } = reader;
  if (operator(reader, '(')) return group(reader, depth);
  const char = chars[reader.at]!;
  reader.at += 1;
  if (char === '.') return { type: 'test', test: other => other !== '\n' || dialect !== 'perl' };
  if (char === '[') return bracket(reader);
  if (char === '^' && (dialect !== 'basic' || first)) return { type: 'start' };
  if (char === '$' && (dialect !== 'basic' || reader.at >= chars.length || operator(reader, ')') || operator(reader, '|'))) return { type: 'end' };
  if (char === '*' && dialect !== 'basic' && first) { if (dialect === 'perl') throw new RegexError('quantifier does not follow a repeatable item'); return { type: 'char', char }; }
  if (char === '\\') return escape(reader);
  return { type: 'char', char };
}

function escape(reader: Reader): Node {
  const char = reader.chars[reader.at];
  if (char === undefined) throw new RegexError('Trailing backslash');
  reader.at += 1;
  const test = ESCAPES[char];
  if (test !== undefined && (char !== 'd' && char !== 'D' || reader.dialect === 'perl')) return { type: 'test', test };
  if (char === 'b') return { type: 'word' };
  if (char === 'B') return { type: 'notword' };
  if (char === '<') return { type: 'wordstart' };
  if (char === '>') return { type: 'wordend' };
  if (char === 'n') return { type: 'char', char: '\n' };
  if (char === 't') return { type: 'char', char: '\t' };
  if (char === 'r') return { type: 'char', char: '\r' };
  if (char >= '1' && char <= '9') {
    if (Number(char) > reader.groups) throw new RegexError('Invalid back reference');
    return { type: 'back', index: Number(char) };
  }
  return { type: 'char', char };
}

function group(reader: Reader, depth: number): Node {
  skip(reader);
  const { chars } = reader;
  if (reader.dialect === 'perl' && chars[reader.at] === '?') {
    const kind = chars[reader.at + 1];
    reader.at += 2;
    const node = choice(reader, depth + 1);
    close(reader);
    if (kind === ':') return node;
    if (kind === '=' || kind === '!') return { type: 'look', ahead: kind === '=', node };
    throw new RegexError('unrecognized character after (?');
  }
  reader.groups += 1;
  const index = reader.groups;
  const node = choice(reader, depth + 1);
  close(reader);
  return { type: 'group', index, node };
}

function close(reader: Reader): void {
  if (!operator(reader, ')')) throw new RegexError('Unmatched ( or \\(');
  skip(reader);
}

function bracket(reader: Reader): Node {
  const { chars } = reader;
  const negated = chars[reader.at] === '^';
  if (negated) reader.at += 1;
  const tests: ((char: string) => boolean)[] = [];
  for (let first = true; ; first = false) {
    const char = chars[reader.at];
    if (char === undefined) throw new RegexError('Unmatched [, [^, [:, [., or [=');
    if (char === ']' && !first) { reader.at += 1; break; }
    if (char === '[' && chars[reader.at + 1] === ':') {
      const end = chars.indexOf(':', reader.at + 2);
      const test = characterClass(chars.slice(reader.at + 2, end).join(''));
      if (test === undefined) throw new RegexError('Invalid character class name');
      tests.push(test);
      reader.at = end + 2;
      continue;
    }
    reader.at += 1;
    let low = char;
    if (char === '\\' && reader.dialect !== 'basic' && chars[reader.at] !== undefined) {
      const next = chars[reader.at]!;
      const test = ESCAPES[next];
      if (reader.dialect === 'perl' && test !== undefined) { tests.push(test); reader.at += 1; continue; }
      if ('nt\\]/[.-^$*+?"(){}|&'.includes(next) && (reader.dialect === 'perl' || 'nt\\/"'.includes(next) || next === '.')) {
        low = next === 'n' ? '\n' : next === 't' ? '\t' : next;
        reader.at += 1;
      }
    }
    if (chars[reader.at] === '-' && chars[reader.at + 1] !== undefined && chars[reader.at + 1] !== ']') {
      const high = chars[reader.at + 1]!;
      reader.at += 2;
      if (high < low) throw new RegexError('Invalid range end');
      tests.push(reader.fold ? other => inRange(other.toLowerCase(), low, high) || inRange(other.toUpperCase(), low, high) : other => inRange(other, low, high));
    } else tests.push(reader.fold ? other => other.toLowerCase() === low.toLowerCase() : other => other === low);
  }
  return { type: 'test', test: char => tests.some(test => test(char)) !== negated };
}

function inRange(char: string, low: string, high: string): boolean {
  return char >= low && char <= high;
}

function search(node: Node, count: number, text: string, from: number, fold: boolean): Match | undefined {
  const captures: (number | undefined)[] = [];
  let steps = 0;
  const same = (a: string, b: string): boolean => a === b || (fold && a.toLowerCase() === b.toLowerCase());
  const single = (one: Node, at: number): boolean => {
    const char = text[at];
    return char !== undefined && (one.type === 'char' ? same(one.char, char) : one.type === 'test' && one.test(char));
  };

  function match(one: Node, at: number, next: (at: number) => boolean): boolean {
    steps += 1;
    if (steps > STEPS_MAX) throw new RegexError('exceeded PCRE\'s backtracking limit');
    switch (one.type) {
      case 'char': case 'test': return single(one, at) && next(at + 1);
      case 'start': return at === 0 && next(at);
      case 'end': return at === text.length && next(at);
      case 'word': return isWord(text[at - 1]) !== isWord(text[at]) && next(at);
      case 'notword': return isWord(text[at - 1]) === isWord(text[at]) && next(at);
      case 'wordstart': return !isWord(text[at - 1]) && isWord(text[at]) && next(at);
      case 'wordend': return isWord(text[at - 1]) && !isWord(text[at]) && next(at);
      case 'look': return match(one.node, at, () => true) === one.ahead && next(at);
      case 'back': {
        const start = captures[one.index * 2];
        const end = captures[one.index * 2 + 1];
        if (start === undefined || end === undefined) return false;
        const part = text.slice(start, end);
        return text.startsWith(part, at) && next(at + part.length);
      }
      case 'group': {
        const [oldStart, oldEnd] = [captures[one.index * 2], captures[one.index * 2 + 1]];
        if (match(one.node, at, end => {
          const inner = [captures[one.index * 2], captures[one.index * 2 + 1]];
          captures[one.index * 2] = at;
          captures[one.index * 2 + 1] = end;
          if (next(end)) return true;
          [captures[one.index * 2], captures[one.index * 2 + 1]] = inner as [number, number];
          return false;
        })) return true;
        captures[one.index * 2] = oldStart;
        captures[one.index * 2 + 1] = oldEnd;
        return false;
      }
      case 'sequence': return inOrder(one.nodes, 0, at, next);
      case 'choice': return one.nodes.some(node => match(node, at, next));
      case 'repeat': return repeat(one, at, next);
    }
  }

  function inOrder(nodes: readonly Node[], index: number, at: number, next: (at: number) => boolean): boolean {
    // Runs of single characters need no recursion.
    while (index < nodes.length && (nodes[index]!.type === 'char' || nodes[index]!.type === 'test')) {
      if (!single(nodes[index]!, at)) return false;
      index += 1;
      at += 1;
    }
    return index === nodes.length ? next(at) : match(nodes[index]!, at, end => inOrder(nodes, index + 1, end, next));
  }

  function repeat(one: Extract<Node, { type: 'repeat' }>, at: number, next: (at: number) => boolean): boolean {
    if (one.node.type === 'char' || one.node.type === 'test') {
      let count = 0;
      if (one.lazy) {
        for (;;) {
          if (count >= one.min && next(at + count)) return true;
          if (count >= one.max || !single(one.node, at + count)) return false;
          count += 1;
        }
      }
      while (count < one.max && single(one.node, at + count)) count += 1;
      steps += count;
      for (; count >= one.min; count -= 1) if (next(at + count)) return true;
      return false;
    }
    const again = (done: number, here: number): boolean => {
      if (one.lazy && done >= one.min && next(here)) return true;
      if (done < one.max && match(one.node, here, end => (end > here || done < one.min) && again(done + 1, end))) return true;
      return !one.lazy && done >= one.min && next(here);
    };
    return again(0, at);
  }

  for (let start = from; start <= text.length; start += 1) {
    captures.length = 0;
    let end = -1;
    if (!match(node, start, at => { end = at; return true; })) continue;
    const groups = Array.from({ length: count + 1 }, (_, index) => {
      if (index === 0) return text.slice(start, end);
      const [low, high] = [captures[index * 2], captures[index * 2 + 1]];
      return low === undefined || high === undefined ? undefined : text.slice(low, high);
    });
    return { start, end, groups };
  }
  return undefined;
}
