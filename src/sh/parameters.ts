/** $x and ${x...}: values, defaults, lengths, substrings, replacements, arrays and the special parameters. */
import { arithmeticText, expandPattern, expandPieces, expandText } from './expand.ts';
import type { Expander, Piece } from './expand.ts';
import { matchesPattern, patternEnds } from './glob.ts';
import type { ParameterExpansionPart, Word } from './parse.ts';
import { realName, setElement, setVariable, shellQuote, valueOf } from './state.ts';

type Part = Pick<ParameterExpansionPart, 'parameter' | 'prefix' | 'index' | 'operation' | 'text'>;

export async function expandParameter(shell: Expander, part: Part, quoted: boolean): Promise<Piece[]> {
  const { operation } = part;
  if (operation?.type === 'Names') return namesWith(shell, part, quoted);
  if (operation?.type === 'Unknown') return shell.fail(`${part.text}: bad substitution`);
  const key = part.index === undefined ? undefined : part.index.value;
  const { state } = shell;
  if (part.prefix === '!' && operation === undefined && (key === '@' || key === '*')) {
    const variable = state.variables.get(part.parameter);
    return list([...(variable?.map?.keys() ?? [...variable?.list?.keys() ?? []].map(String))], quoted, key === '*', shell);
  }
  let { parameter } = part;
  if (part.prefix === '!') parameter = valueOf(state.variables.get(parameter)) ?? '';
  const many = parameter === '@' || parameter === '*' || key === '@' || key === '*';
  if (many) return expandMany(shell, { ...part, parameter }, quoted, parameter === '*' || key === '*');
  const value = await single(shell, parameter, part.index);
  if (part.prefix === '#') return [piece(String([...(value ?? '')].length), quoted)];
  if (operation === undefined) {
    if (value === undefined && state.options.has('nounset') && !/^[!@*?#$-]$/.test(parameter)) {
      return shell.fail(state.kind === 'bash' ? `${/^[0-9]+$/.test(parameter) ? '$' : ''}${parameter}: unbound variable` : `${parameter}: parameter not set`);
    }
    return [piece(value ?? '', quoted)];
  }
  if (operation.type === 'Default') return withDefault(shell, { ...part, parameter }, value, quoted);
  return [piece(await transform(shell, value ?? '', operation), quoted)];
}

function piece(text: string, quoted: boolean): Piece {
  return { text, quoted, split: !quoted };
}

/** One parameter's value; undefined: not set. */
async function single(shell: Expander, name: string, index: Word | undefined): Promise<string | undefined> {
  const { state } = shell;
  if (index !== undefined) {
    const variable = state.variables.get(realName(state, name));
    if (variable?.map !== undefined) return variable.map.get(await expandText(shell, index));
    let at = Number(await arithmeticText(shell, await expandText(shell, index)));
    if (variable?.list === undefined) return at === 0 || at === -1 ? variable?.value : undefined;
    if (at < 0) at += Math.max(-1, ...variable.list.keys()) + 1;
    return variable.list.get(at);
  }
  return special(shell, name) ?? (/^[0-9]+$/.test(name) ? (name === '0' ? state.name : state.positional[Number(name) - 1]) : valueOf(state.variables.get(realName(state, name))));
}

function special(shell: Expander, name: string): string | undefined {
  const { state } = shell;
  switch (name) {
    case '?': return String(state.status);
    case '$': return String(state.pid);
    case '#': return String(state.positional.length);
    case '!': return state.lastBackground === undefined ? undefined : String(state.lastBackground);
    case '-': return shell.optionLetters;
    case '_': return state.lastArgument;
    case 'PWD': return state.variables.get('PWD')?.value ?? shell.cwd;
    case 'PPID': return '0';
    default: return dynamic(shell, name);
  }
}

function dynamic(shell: Expander, name: string): string | undefined {
  if (shell.state.kind === 'dash') return undefined;
  return shell.special(name);
}

async function expandMany(shell: Expander, part: Part, quoted: boolean, star: boolean): Promise<Piece[]> {
  const { state } = shell;
  const { operation } = part;
  const positional = part.parameter === '@' || part.parameter === '*';
  const variable = positional ? undefined : state.variables.get(realName(state, part.parameter));
  let values = positional ? [...state.positional]
    : variable?.map !== undefined ? [...variable.map.values()] : variable?.list !== undefined ? [...variable.list.values()]
      : variable?.value === undefined ? [] : [variable.value];
  if (part.prefix === '#') return [piece(String(values.length), quoted)];
  if (operation?.type === 'Slice') {
    const whole = positional ? [state.name, ...values] : values;
    let from = Number(await arithmeticText(shell, await expandText(shell, operation.offset)));
    if (from < 0) from += whole.length;
    const length = operation.length === undefined ? Infinity : Number(await arithmeticText(shell, await expandText(shell, operation.length)));
    values = whole.slice(from, length === Infinity ? undefined : from + length);
  } else if (operation?.type === 'Default') {
    return values.length > 0 && operation.operator.endsWith('+') === false ? list(values, quoted, star, shell)
      : withDefault(shell, part, values.length === 0 ? undefined : values.join(' '), quoted);
  } else if (operation !== undefined) {
    const changed: string[] = [];
    for (const value of values) changed.push(await transform(shell, value, operation));
    values = changed;
  }
  return list(values, quoted, star, shell);
}

function list(values: readonly string[], quoted: boolean, star: boolean, shell: Expander): Piece[] {
  if (star && quoted) {
    const ifs = valueOf(shell.state.variables.get('IFS'));
    return [{ text: values.join(ifs === undefined ? ' ' : ifs.slice(0, 1)), quoted: true }];
  }
  if (values.length === 0) return [{ text: '', quoted: false, nothing: true }];
  return values.map((text, index) => ({ text, quoted, split: !quoted, ...(index > 0 ? { breakBefore: true } : {}) }));
}

async function withDefault(shell: Expander, part: Part, value: string | undefined, quoted: boolean): Promise<Piece[]> {
  const { operation, parameter } = part;
  if (operation?.type !== 'Default') return [];
  const missing = value === undefined || (operation.operator.startsWith(':') && value === '');
  switch (operation.operator.slice(-1)) {
    case '+': return missing ? [piece('', quoted)] : operand(shell, operation.operand, quoted);
    case '-': return missing ? operand(shell, operation.operand, quoted) : [piece(value ?? '', quoted)];
    case '=': {
      if (!missing) return [piece(value ?? '', quoted)];
      const text = await expandText(shell, operation.operand);
      if (part.index === undefined) setVariable(shell.state, parameter, text);
      else {
        const key = await expandText(shell, part.index);
        setElement(shell.state, parameter, key, () => Number(key), text);
      }
      return [piece(text, quoted)];
    }
    default: {
      if (!missing) return [piece(value ?? '', quoted)];
      const text = await expandText(shell, operation.operand);
      return shell.fail(`${parameter}: ${text !== '' ? text : operation.operator === ':?' ? 'parameter null or not set' : 'parameter not set'}`);
    }
  }
}

async function operand(shell: Expander, word: Word, quoted: boolean): Promise<Piece[]> {
  if (quoted) return [{ text: await expandText(shell, word), quoted: true }];
  const pieces = await expandPieces(shell, word);
  return pieces.map(entry => entry.quoted && word.parts === undefined ? { ...entry, quoted: false, split: true } : entry.quoted ? splitLiteral(entry, word) : entry);
}

/** Unquoted text of a default value is split; what is quoted in it is not. */
function splitLiteral(entry: Piece, word: Word): Piece {
  return word.parts?.some(part => part.type === 'Literal' && part.value === entry.text) === true ? { ...entry, quoted: false, split: true } : entry;
}

async function transform(shell: Expander, value: string, operation: NonNullable<Part['operation']>): Promise<string> {
  switch (operation.type) {
    case 'Remove': return removePattern(value, await expandPattern(shell, operation.operand), operation.operator);
    case 'Replace': return replacePattern(value, await expandPattern(shell, operation.pattern), await expandText(shell, operation.replacement), operation.operator);
    case 'Slice': {
      const chars = [...value];
      let from = Number(await arithmeticText(shell, await expandText(shell, operation.offset)));
      if (from < 0) from = Math.max(0, from + chars.length);
      if (operation.length === undefined) return chars.slice(from).join('');
      const length = Number(await arithmeticText(shell, await expandText(shell, operation.length)));
      if (length < 0 && chars.length + length < from) return shell.fail(`${length}: substring expression < 0`);
      return chars.slice(from, length < 0 ? chars.length + length : from + length).join('');
    }
    case 'CaseModification': {
      const pattern = operation.operand === undefined ? '?' : await expandPattern(shell, operation.operand);
      const upper = operation.operator.startsWith('^');
      const change = (char: string): string => matchesPattern(pattern, char) ? (upper ? char.toUpperCase() : char.toLowerCase()) : char;
      const chars = [...value];
      return operation.operator.length === 2 ? chars.map(change).join('') : [chars.length > 0 ? change(chars[0]!) : '', ...chars.slice(1)].join('');
    }
    case 'Transform': {
      const letter = await expandText(shell, operation.operand);
      return letter === 'Q' ? shellQuote(value) : letter === 'U' ? value.toUpperCase() : letter === 'L' ? value.toLowerCase()
        : letter === 'u' ? value.slice(0, 1).toUpperCase() + value.slice(1) : value;
    }
    default: return value;
  }
}

function removePattern(value: string, pattern: string, operator: '#' | '##' | '%' | '%%'): string {
  const chars = [...value];
  if (operator.startsWith('#')) {
    const ends = [...patternEnds(pattern, value, 0)];
    if (ends.length === 0) return value;
    return chars.slice(operator === '#' ? Math.min(...ends) : Math.max(...ends)).join('');
  }
  const starts: number[] = [];
  for (let from = 0; from <= chars.length; from += 1) if (matchesPattern(pattern, chars.slice(from).join(''))) starts.push(from);
  if (starts.length === 0) return value;
  return chars.slice(0, operator === '%' ? Math.max(...starts) : Math.min(...starts)).join('');
}

function replacePattern(value: string, pattern: string, replacement: string, operator: '/' | '//' | '/#' | '/%'): string {
  if (pattern === '') return value;
  const chars = [...value];
  let out = '';
  for (let at = 0; at <= chars.length;) {
    const ends = operator === '/#' && at > 0 ? [] : [...patternEnds(pattern, value, at)].filter(end => operator !== '/%' || end === chars.length);
    const end = ends.length === 0 ? -1 : Math.max(...ends);
    if (end > at || (end === at && operator !== '//' && chars.length === 0)) {
      out += replacement;
      at = end;
      if (operator !== '//') return out + chars.slice(at).join('');
      if (at >= chars.length) break;
    } else { out += chars[at] ?? ''; at += 1; }
  }
  return out;
}

function namesWith(shell: Expander, part: Part, quoted: boolean): Piece[] {
  const names = [...shell.state.variables.keys()].filter(name => name.startsWith(part.parameter)).sort();
  return list(names, quoted, part.operation?.type === 'Names' && part.operation.operator === '*', shell);
}
