/** The small part of CEL that predictions need: `exit == 0`, `stdout.contains('x')`, `!`, `&&`, `||` and brackets over the
 *  result of a command. */

export interface Outcome {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}
export type Truth = (outcome: Outcome) => boolean;

const TOKEN = /\s*(?:(&&|\|\||==|!=|!|\(|\)|\.)|(-?\d+)|'((?:[^'\\]|\\.)*)'|([A-Za-z]+))/y;

/** The expression as a function, or the sentence that says what is wrong with it. */
export function parseTruth(text: string): Truth | string {
  const tokens: { readonly type: 'op' | 'number' | 'text' | 'word'; readonly value: string }[] = [];
  TOKEN.lastIndex = 0;
  const source = text.trimEnd();
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) return `cannot be read from character ${at + 1}`;
    if (match[1] !== undefined) tokens.push({ type: 'op', value: match[1] });
    else if (match[2] !== undefined) tokens.push({ type: 'number', value: match[2] });
    else if (match[3] !== undefined) tokens.push({ type: 'text', value: match[3].replaceAll(/\\(.)/g, '$1') });
    else tokens.push({ type: 'word', value: match[4]! });
  }
  let at = 0;
  const next = (value: string): boolean => (tokens[at]?.type === 'op' && tokens[at]?.value === value ? (at++, true) : false);
  class Mistake extends Error {}

  function either(): Truth {
    let left = both();
    while (next('||')) {
      const [a, b] = [left, both()];
      left = (outcome) => a(outcome) || b(outcome);
    }
    return left;
  }
  function both(): Truth {
    let left = one();
    while (next('&&')) {
      const [a, b] = [left, one()];
      left = (outcome) => a(outcome) && b(outcome);
    }
    return left;
  }
  function one(): Truth {
    if (next('!')) {
      const inner = one();
      return (outcome) => !inner(outcome);
    }
    if (next('(')) {
      const inner = either();
      if (!next(')')) throw new Mistake('misses a )');
      return inner;
    }
    const word = tokens[at++];
    if (word?.type !== 'word') throw new Mistake('expects exit, stdout or stderr');
    if (word.value === 'exit') return comparison();
    if (word.value !== 'stdout' && word.value !== 'stderr') throw new Mistake(`does not know ${word.value}`);
    return contains(word.value);
  }
  function comparison(): Truth {
    const equal = next('==');
    if (!equal && !next('!=')) throw new Mistake('compares exit with == or !=');
    const number = tokens[at++];
    if (number?.type !== 'number') throw new Mistake('compares exit with a number');
    const value = Number(number.value);
    return (outcome) => (outcome.exit === value) === equal;
  }
  function contains(stream: 'stdout' | 'stderr'): Truth {
    const called = next('.') && tokens[at]?.value === 'contains';
    at++;
    if (!called || !next('(')) throw new Mistake(`asks ${stream}.contains('...')`);
    const value = tokens[at++];
    if (value?.type !== 'text' || !next(')')) throw new Mistake(`asks ${stream}.contains('...')`);
    return (outcome) => outcome[stream].includes(value.value);
  }

  try {
    const truth = either();
    return at === tokens.length ? truth : `has more than one expression`;
  } catch (error) {
    if (error instanceof Mistake) return error.message;
    throw error;
  }
}

/** The option that came true; undefined where not exactly one did, which is the lesson's mistake. */
export function trueOption(truth: Readonly<Record<string, string>>, outcome: Outcome): string | undefined {
  const held = Object.entries(truth).filter(([, text]) => {
    const parsed = parseTruth(text);
    return typeof parsed === 'function' && parsed(outcome);
  });
  return held.length === 1 ? held[0]![0] : undefined;
}
