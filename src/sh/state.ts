/** What a shell knows between commands: variables, functions, options. Values are never changed in place, so a subshell
 *  copies the maps and shares everything else. */
import type { FunctionNode } from './parse.ts';

export type Kind = 'bash' | 'dash' | 'busybox';

export interface Variable {
  readonly value: string | undefined;
  readonly list?: ReadonlyMap<number, string>;
  readonly map?: ReadonlyMap<string, string>;
  readonly exported?: boolean;
  readonly readOnly?: boolean;
  readonly integer?: boolean;
  readonly reference?: string;
}

export interface ShellFunction { readonly node: FunctionNode; readonly source: string }

export type OptionName = 'errexit' | 'nounset' | 'xtrace' | 'pipefail' | 'noglob' | 'noclobber' | 'verbose' | 'allexport' | 'noexec';
export const OPTION_LETTERS: Readonly<Record<string, OptionName>> = { e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', C: 'noclobber', v: 'verbose', a: 'allexport', n: 'noexec' };

export interface ShellState {
  readonly kind: Kind;
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, string>;
  readonly options: Set<OptionName>;
  readonly shopt: Set<string>;
  readonly traps: Map<string, string>;
  readonly locals: Map<string, Variable | undefined>[];
  positional: readonly string[];
  name: string;
  status: number;
  lastBackground: number | undefined;
  /** "$$": the pid of the first shell, also in subshells. */
  pid: number;
  startedAtMs: number;
  lastArgument: string;
  /** What was entered at the prompt, oldest first. */
  readonly history: string[];
}

const HISTORY_MAX = 500;

/** Also what went wrong, and one line once where it is entered twice in a row. */
export function remember({ history }: ShellState, line: string): void {
  const text = line.trim();
  if (text === '' || line.startsWith(' ') || history[history.length - 1] === text) return;
  history.push(text);
  if (history.length > HISTORY_MAX) history.shift();
}

export function createState(kind: Kind, name: string, env: ReadonlyMap<string, string>, pid: number, startedAtMs: number): ShellState {
  const variables = new Map<string, Variable>();
  for (const [key, value] of env) if (isName(key)) variables.set(key, { value, exported: true });
  variables.set('IFS', { value: ' \t\n' });
  if (!variables.has('PS4')) variables.set('PS4', { value: '+ ' });
  if (kind === 'bash') {
    variables.set('BASH_VERSION', { value: '5.2.21(1)-release' });
    variables.set('BASH', { value: '/bin/bash' });
  }
  return {
    kind, variables, functions: new Map(), aliases: new Map(), options: new Set(), shopt: new Set(), traps: new Map(), locals: [], positional: [], name,
    status: 0, lastBackground: undefined, pid, startedAtMs, lastArgument: '', history: [],
  };
}

/** The state of a subshell: traps are reset, everything else is inherited. */
export function copyState(state: ShellState): ShellState {
  return {
    ...state, variables: new Map(state.variables), functions: new Map(state.functions), aliases: new Map(state.aliases), options: new Set(state.options),
    shopt: new Set(state.shopt), traps: new Map(), locals: state.locals.map(frame => new Map(frame)),
  };
}

export function isName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

export class ReadOnlyError extends Error {
  constructor(readonly variable: string) { super(`${variable}: readonly variable`); this.name = 'ReadOnlyError'; }
}

/** Follows namerefs. */
export function realName(state: ShellState, name: string): string {
  for (let depth = 0, at = name; depth < 10; depth += 1) {
    const target = state.variables.get(at)?.reference;
    if (target === undefined) return at;
    at = target;
  }
  return name;
}

export function valueOf(variable: Variable | undefined): string | undefined {
  if (variable === undefined) return undefined;
  if (variable.list !== undefined) return variable.list.get(0);
  if (variable.map !== undefined) return variable.map.get('0');
  return variable.value;
}

export function setVariable(state: ShellState, given: string, value: string): void {
  const name = realName(state, given);
  const old = state.variables.get(name);
  if (old?.readOnly === true) throw new ReadOnlyError(name);
  if (old?.list !== undefined) { state.variables.set(name, { ...old, list: new Map(old.list).set(0, value) }); return; }
  if (old?.map !== undefined) { state.variables.set(name, { ...old, map: new Map(old.map).set('0', value) }); return; }
  state.variables.set(name, { ...old, value, ...(state.options.has('allexport') ? { exported: true } : {}) });
}

export function setElement(state: ShellState, given: string, key: string, index: () => number, value: string): void {
  const name = realName(state, given);
  const old = state.variables.get(name);
  if (old?.readOnly === true) throw new ReadOnlyError(name);
  if (old?.map !== undefined) { state.variables.set(name, { ...old, map: new Map(old.map).set(key, value) }); return; }
  const list = new Map(old?.list ?? (old?.value === undefined ? [] : [[0, old.value] as const]));
  let at = index();
  if (at < 0) at += Math.max(-1, ...list.keys()) + 1;
  list.set(at, value);
  state.variables.set(name, { ...old, value: undefined, list: new Map([...list].sort((a, b) => a[0] - b[0])) });
}

export function unsetVariable(state: ShellState, name: string): void {
  if (state.variables.get(name)?.readOnly === true) throw new ReadOnlyError(name);
  state.variables.delete(name);
}

/** What commands inherit. */
export function environment(state: ShellState): Map<string, string> {
  const env = new Map<string, string>();
  for (const [name, variable] of state.variables) {
    const value = variable.exported === true ? valueOf(variable) : undefined;
    if (value !== undefined) env.set(name, value);
  }
  return env;
}

/** 'it'\''s' */
export function shellQuote(text: string): string {
  if (text !== '' && /^[A-Za-z0-9_./:=@%+,-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
