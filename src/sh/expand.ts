/** Word expansion: braces, tilde, parameters, commands, arithmetic, field splitting, patterns against file names. */
import type { FileSystem } from '../cri/files.ts';
import { joinPath } from '../cri/memory-files.ts';
import { ArithmeticError, evaluate, text as evaluateText } from './arithmetic.ts';
import type { ArithmeticScope } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import { escapePattern, isPattern, matchesPattern } from './glob.ts';
import { expandParameter } from './parameters.ts';
import type { Script, Word, WordPart } from './parse.ts';
import { setElement, setVariable, valueOf } from './state.ts';
import type { ShellState } from './state.ts';

/** What expansion needs of the shell around it. */
export interface Expander {
  readonly state: ShellState;
  readonly files: FileSystem;
  readonly cwd: string;
  readonly home: string;
  /** Runs $( ) and gives its output without the last newlines. */
  substitute(script: Script | undefined): Promise<string>;
  /** Runs <( ) or >( ) and gives a path to it. */
  processPath(script: Script | undefined, direction: '<' | '>'): Promise<string>;
  fail(message: string): never;
  readonly optionLetters: string;
  /** RANDOM, SECONDS, LINENO and their like; undefined for other names. */
  special(name: string): string | undefined;
}

/** A stretch of expanded text. `quoted` text is neither split nor a pattern; `split` text is cut at IFS. `pattern` is what
 *  the text looks for where that differs: with the backslashes that the text has lost. */
export interface Piece { readonly text: string; readonly quoted: boolean; readonly split?: boolean; readonly pattern?: string;
  /** A new field begins here: "$@". */ readonly breakBefore?: boolean; /** "$@" without parameters: nothing at all. */ readonly nothing?: boolean }

/** Words as arguments: braces, splitting and file names apply. */
export async function expandWords(shell: Expander, words: readonly Word[]): Promise<string[]> {
  const out: string[] = [];
  for (const word of words) {
    if (word.parts === undefined && !word.text.startsWith('~')) { out.push(word.value); continue; }
    for (const plain of expandBraces(word)) out.push(...toFields(shell, await expandPieces(shell, plain)));
  }
  return out;
}

/** One word as one text: assignments, redirect targets, case words. */
export async function expandText(shell: Expander, word: Word | undefined): Promise<string> {
  if (word === undefined) return '';
  if (word.parts === undefined && !word.text.startsWith('~')) return word.value;
  return joinPieces(await expandPieces(shell, word), shell);
}

/** One word as a pattern: what is quoted stands for itself. */
export async function expandPattern(shell: Expander, word: Word): Promise<string> {
  const pieces = await expandPieces(shell, word);
  return pieces.map(patternOf).join('');
}

const patternOf = ({ text, quoted, pattern }: Piece): string => pattern ?? (quoted ? escapePattern(text) : text);

function joinPieces(pieces: readonly Piece[], shell: Expander): string {
  let out = '';
  const ifs = valueOf(shell.state.variables.get('IFS')) ?? ' \t\n';
  for (const [index, piece] of pieces.entries()) out += (piece.breakBefore === true && index > 0 ? (ifs === '' ? ' ' : ' ') : '') + piece.text;
  return out;
}

export async function expandPieces(shell: Expander, word: Word): Promise<Piece[]> {
  if (word.parts === undefined) {
    const tilde = expandTilde(shell, word.text, word.value);
    return [{ text: tilde ?? word.value, quoted: true }];
  }
  const pieces: Piece[] = [];
  for (const [index, part] of word.parts.entries()) {
    if (index === 0 && part.type === 'Literal' && part.text.startsWith('~')) {
      pieces.push({ text: expandTilde(shell, part.text, part.value) ?? part.value, quoted: true });
    } else pieces.push(...await expandPart(shell, part, false));
  }
  return pieces;
}

function expandTilde(shell: Expander, source: string, value: string): string | undefined {
  if (!source.startsWith('~')) return undefined;
  const [head = '', ...rest] = value.split('/');
  const tail = rest.length === 0 ? '' : `/${rest.join('/')}`;
  if (head === '~') return shell.home + tail;
  if (head === '~+') return shell.cwd + tail;
  if (head === '~root') return `/root${tail}`;
  return undefined;
}

export async function expandPart(shell: Expander, part: WordPart, quoted: boolean): Promise<Piece[]> {
  switch (part.type) {
    case 'Literal': return [{ text: part.value, quoted: true }];
    case 'Glob': return part.parts === undefined ? [{ text: part.value, quoted }] : expandBracket(shell, part.text, part.parts, quoted);
    case 'SingleQuoted': case 'AnsiCQuoted': return [{ text: part.value, quoted: true }];
    case 'DoubleQuoted': case 'LocaleString': {
      if (part.parts.length === 0) return [{ text: '', quoted: true }];
      const pieces: Piece[] = [];
      for (const child of part.parts) pieces.push(...await expandPart(shell, child, true));
      // "$@" without parameters is nothing, but "" beside it is something.
      return pieces.length > 1 ? pieces.filter(piece => piece.nothing !== true) : pieces;
    }
    case 'SimpleExpansion': return expandParameter(shell, simple(part.text), quoted);
    case 'ParameterExpansion': return expandParameter(shell, part, quoted);
    case 'CommandExpansion': return [{ text: await shell.substitute(part.script), quoted, split: !quoted }];
    case 'ArithmeticExpansion': return [{ text: String(await arithmetic(shell, part.expression, part.text)), quoted, split: !quoted }];
    case 'ProcessSubstitution': return [{ text: await shell.processPath(part.script, part.operator), quoted: true }];
    case 'ExtendedGlob': return [{ text: part.text, quoted: false }];
    case 'BraceExpansion': return [{ text: part.text, quoted: true }];
  }
}

/** [...]: quotes and backslashes inside it go where no file fits. */
async function expandBracket(shell: Expander, text: string, parts: readonly WordPart[], quoted: boolean): Promise<Piece[]> {
  const pieces: Piece[] = [{ text: '[', quoted }];
  for (const part of parts) {
    if (part.type === 'Literal') pieces.push({ text: part.value, quoted, ...(!quoted && { pattern: part.text }) });
    else pieces.push(...await expandPart(shell, part, quoted));
  }
  if (text.endsWith(']')) pieces.push({ text: ']', quoted });
  return pieces;
}

/** "$x" as the same shape as "${x}". */
function simple(text: string): { parameter: string; prefix: undefined; index: undefined; operation: undefined; text: string } {
  return { parameter: text.slice(1), prefix: undefined, index: undefined, operation: undefined, text };
}

export async function arithmetic(shell: Expander, expression: Parameters<typeof evaluate>[0], source = ''): Promise<bigint> {
  try {
    return await evaluate(expression, scopeOf(shell));
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    return shell.fail(arithmeticMessage(shell, source, error.message));
  }
}

export async function arithmeticText(shell: Expander, source: string): Promise<bigint> {
  try {
    return await evaluateText(source, scopeOf(shell));
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    return shell.fail(arithmeticMessage(shell, source, error.message));
  }
}

function arithmeticMessage(shell: Expander, source: string, message: string): string {
  if (shell.state.kind !== 'bash') return message === 'division by 0'
    ? (shell.state.kind === 'dash' ? `arithmetic expression: division by zero: "${inside(source)}"` : 'divide by zero') : 'arithmetic syntax error';
  return message === 'division by 0' ? `${inside(source)}: division by 0 (error token is "${/[/%]\s*(.*)$/s.exec(inside(source))?.[1]?.trim() ?? '0'}")` : message;
}

function inside(source: string): string {
  return source.replace(/^\$?\(\(/, '').replace(/\)\)$/, '').trim();
}

export function scopeOf(shell: Expander): ArithmeticScope {
  const { state } = shell;
  return {
    get(name) {
      const value = valueOf(state.variables.get(name));
      if (value === undefined && state.options.has('nounset')) shell.fail(`${name}: unbound variable`);
      return value;
    },
    set: (name, value) => setVariable(state, name, value),
    getElement(name, index) {
      const variable = state.variables.get(name);
      return variable?.map?.get(String(index)) ?? variable?.list?.get(Number(index)) ?? (index === 0n ? variable?.value : undefined);
    },
    setElement: (name, index, value) => setElement(state, name, String(index), () => Number(index), value),
    async expand(expression) {
      if (expression.type === 'ArithmeticCommandExpansion') return shell.substitute(expression.script);
      let out = '';
      for (const part of expression.parts ?? []) for (const piece of await expandPart(shell, part, true)) out += piece.text;
      return out;
    },
  };
}

interface Field { text: string; pattern: string; active: boolean; some: boolean }

/** Splits at IFS and matches file names. */
function toFields(shell: Expander, pieces: readonly Piece[]): string[] {
  const ifs = valueOf(shell.state.variables.get('IFS')) ?? ' \t\n';
  const fields: Field[] = [];
  let field: Field | undefined;
  const current = (): Field => field ??= { text: '', pattern: '', active: false, some: false };
  const flush = (): void => { if (field !== undefined) fields.push(field); field = undefined; };
  for (const piece of pieces) {
    if (piece.nothing === true) continue;
    if (piece.breakBefore === true) flush();
    if (piece.split !== true) {
      add(current(), piece.text, piece.quoted, piece.pattern);
      if (piece.quoted) current().some = true;
      continue;
    }
    splitInto(piece.text, ifs, { current, flush });
  }
  flush();
  return fields.filter(entry => entry.some || entry.text !== '').flatMap(entry => fileNames(shell, entry));
}

function add(field: Field, text: string, quoted: boolean, pattern?: string): void {
  field.text += text;
  field.pattern += pattern ?? (quoted ? escapePattern(text) : text);
  if (!quoted && isPattern(text)) field.active = true;
}

function splitInto(text: string, ifs: string, out: { current(): Field; flush(): void }): void {
  let run = '';
  let pendingBreak = false;
  for (const char of text) {
    if (!ifs.includes(char)) {
      if (pendingBreak) { out.flush(); pendingBreak = false; }
      run += char;
      continue;
    }
    if (run !== '') { add(out.current(), run, false); run = ''; }
    if (char === ' ' || char === '\t' || char === '\n') { pendingBreak = true; continue; }
    out.current().some = true;
    out.flush();
    pendingBreak = false;
  }
  if (run !== '') add(out.current(), run, false);
  else if (pendingBreak) out.flush();
}

function fileNames(shell: Expander, field: Field): string[] {
  if (!field.active || shell.state.options.has('noglob')) return [field.text];
  const found = globFiles(shell.files, shell.cwd, field.pattern, shell.state.shopt.has('dotglob'));
  if (found.length > 0) return found;
  return shell.state.shopt.has('nullglob') ? [] : [field.text];
}

/** File names that match, sorted; hidden ones only where the pattern says so. */
export function globFiles(files: FileSystem, cwd: string, pattern: string, hidden = false): string[] {
  const absolute = pattern.startsWith('/');
  let found: string[] = [absolute ? '/' : ''];
  const parts = pattern.split('/').filter((part, index) => part !== '' || index === 0);
  for (const [index, part] of parts.entries()) {
    if (part === '') continue;
    const last = index === parts.length - 1;
    const next: string[] = [];
    for (const prefix of found) {
      const directory = joinPath(cwd, prefix === '' ? '.' : prefix);
      for (const name of part.replace(/\\./g, '').match(/[*?[]|[@!+]\(/) === null ? [part.replace(/\\(.)/g, '$1')] : names(files, directory)) {
        if (name.startsWith('.') && !part.startsWith('.') && !hidden) continue;
        if (!matchesPattern(part, name)) continue;
        const path = prefix + name;
        if (!files.exists(joinPath(cwd, path))) continue;
        next.push(last ? path : `${path}/`);
      }
    }
    found = next;
  }
  return found.filter(path => path !== '').sort();
}

function names(files: FileSystem, directory: string): readonly string[] {
  try { return files.readDirectory(directory); } catch { return []; }
}

