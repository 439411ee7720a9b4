/** Shell patterns: * ? [...] and the extended ones, matched without the JavaScript regular expression engine.
 *  A backslash makes the next character literal. */

type Token =
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'any' }
  | { readonly type: 'star' }
  | { readonly type: 'set'; readonly negated: boolean; readonly test: (char: string) => boolean }
  | { readonly type: 'group'; readonly operator: string; readonly choices: readonly (readonly Token[])[] };

const CLASSES: Readonly<Record<string, (char: string) => boolean>> = {
  alpha: char => /[A-Za-z]/.test(char), digit: char => char >= '0' && char <= '9', alnum: char => /[A-Za-z0-9]/.test(char), upper: char => char >= 'A' && char <= 'Z',
  lower: char => char >= 'a' && char <= 'z', space: char => /\s/.test(char), blank: char => char === ' ' || char === '\t', punct: char => /[!-/:-@[-`{-~]/.test(char),
  xdigit: char => /[0-9A-Fa-f]/.test(char), cntrl: char => char < ' ' || char === '\x7f', print: char => char >= ' ' && char !== '\x7f', graph: char => char > ' ' && char !== '\x7f',
};
/** More steps than this: the pattern is given up as not matching. */
const STEPS_MAX = 200_000;

/** A class such as [:alpha:] by name. */
export function characterClass(name: string): ((char: string) => boolean) | undefined {
  return Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

/** Literal text as a pattern. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]()|!+@]/g, '\\$&');
}

export function isPattern(text: string): boolean {
  return /[*?[]/.test(text) || /[@!+]\(/.test(text);
}

function compile(pattern: string): readonly Token[] {
  const chars = [...pattern];
  let at = 0;
  function sequence(inGroup: boolean): Token[] {
    const tokens: Token[] = [];
    while (at < chars.length) {
      const char = chars[at]!;
      if (inGroup && (char === '|' || char === ')')) break;
      if ('?*+@!'.includes(char) && chars[at + 1] === '(') { at += 2; tokens.push(group(char)); continue; }
      at += 1;
      if (char === '\\' && at < chars.length) { tokens.push({ type: 'char', char: chars[at]! }); at += 1; }
      else if (char === '*') { if (tokens[tokens.length - 1]?.type !== 'star') tokens.push({ type: 'star' }); }
      else if (char === '?') tokens.push({ type: 'any' });
      else if (char === '[') tokens.push(set() ?? { type: 'char', char });
      else tokens.push({ type: 'char', char });
    }
    return tokens;
  }
  function group(operator: string): Token {
    const choices: Token[][] = [sequence(true)];
    while (chars[at] === '|') { at += 1; choices.push(sequence(true)); }
    at += 1;
    return { type: 'group', operator, choices };
  }
  function set(): Token | undefined {
    const start = at;
    const negated = chars[at] === '!' || chars[at] === '^';
    if (negated) at += 1;
    const tests: ((char: string) => boolean)[] = [];
    for (let first = true; ; first = false) {
      const char = chars[at];
      if (char === undefined) { at = start; return undefined; }
      if (char === ']' && !first) { at += 1; break; }
      if (char === '[' && chars[at + 1] === ':') {
        const end = pattern.indexOf(':]', at);
        const test = characterClass(chars.slice(at + 2, end).join(''));
        if (end > 0 && test !== undefined) { tests.push(test); at = end + 2; continue; }
      }
      at += char === '\\' ? 2 : 1;
      const low = char === '\\' ? chars[at - 1] ?? '' : char;
      if (chars[at] === '-' && chars[at + 1] !== undefined && chars[at + 1] !== ']') {
        const high = chars[at + 1]!;
        at += 2;
        tests.push(other => other >= low && other <= high);
      } else tests.push(other => other === low);
    }
    return { type: 'set', negated, test: char => tests.some(test => test(char)) };
  }
  return sequence(false);
}

function run(tokens: readonly Token[], text: readonly string[], fold: boolean): (from: number) => Generator<number> {
  let steps = 0;
  const same = (a: string, b: string): boolean => a === b || (fold && a.toLowerCase() === b.toLowerCase());
  /** Every place where the tokens from `index` may end. */
  function* match(list: readonly Token[], index: number, from: number): Generator<number> {
    steps += 1;
    if (steps > STEPS_MAX) return;
    const token = list[index];
    if (token === undefined) { yield from; return; }
    if (token.type === 'star') {
      for (let end = from; end <= text.length; end += 1) yield* match(list, index + 1, end);
    } else if (token.type === 'group') {
      for (const end of groupEnds(token.operator, token.choices, from)) yield* match(list, index + 1, end);
    } else {
      const char = text[from];
      if (char === undefined) return;
      const good = token.type === 'any' || (token.type === 'char' ? same(token.char, char) : token.test(char) !== token.negated);
      if (good) yield* match(list, index + 1, from + 1);
    }
  }
  function* groupEnds(operator: string, choices: readonly (readonly Token[])[], from: number): Generator<number> {
    if (operator === '!') {
      const ends = new Set<number>();
      for (const choice of choices) for (const end of match(choice, 0, from)) ends.add(end);
      for (let end = from; end <= text.length; end += 1) if (!ends.has(end)) yield end;
      return;
    }
    if (operator === '?' || operator === '*') yield from;
    for (const choice of choices) {
      for (const end of match(choice, 0, from)) {
        yield end;
        if ((operator === '*' || operator === '+') && end > from) yield* groupEnds('*', choices, end);
      }
    }
  }
  return from => match(tokens, 0, from);
}

/** Whether the whole text matches. */
export function matchesPattern(pattern: string, text: string, fold = false): boolean {
  if (!/[*?[\\]|[@!+]\(/.test(pattern)) return fold ? pattern.toLowerCase() === text.toLowerCase() : pattern === text;
  const chars = [...text];
  for (const end of run(compile(pattern), chars, fold)(0)) if (end === chars.length) return true;
  return false;
}

/** Where matches that start at `from` may end, in no order. */
export function patternEnds(pattern: string, text: string, from: number): Set<number> {
  return new Set(run(compile(pattern), [...text], false)(from));
}
