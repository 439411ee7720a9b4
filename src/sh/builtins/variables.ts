/** export, readonly, declare, local, unset, set, shift, let, getopts, shopt. */
import { assign } from '../assign.ts';
import { arithmeticText } from '../expand.ts';
import type { Assignment } from '../parse.ts';
import type { Shell } from '../interpreter.ts';
import { shellError } from '../messages.ts';
import { isName, OPTION_LETTERS, ReadOnlyError, setVariable, shellQuote, unsetVariable, valueOf } from '../state.ts';
import type { OptionName, Variable } from '../state.ts';
import type { Builtin } from './index.ts';

type Flags = { -readonly [K in 'exported' | 'readOnly' | 'integer']?: boolean };

/** Splits "NAME=value" of a word that was expanded (export "$x=1"). */
async function apply(shell: Shell, item: string | Assignment, flags: Flags, command: string): Promise<boolean> {
  const { state } = shell;
  let name: string;
  if (typeof item === 'string') {
    const equals = item.indexOf('=');
    name = equals < 0 ? item : item.slice(0, equals).replace(/\+$/, '');
    if (!isName(name)) {
      await shell.stderr.write(`${shellError(shell, state.kind === 'bash' ? `${command}: \`${item}': not a valid identifier` : `${command}: ${item}: bad variable name`)}\n`);
      return false;
    }
    if (equals >= 0) setVariable(state, name, item.slice(equals + 1));
  } else {
    ({ name } = item);
    await assign(shell, item);
  }
  const old: Variable = state.variables.get(name) ?? { value: undefined };
  if (old.value !== undefined || old.list !== undefined || old.map !== undefined || Object.keys(flags).length > 0) state.variables.set(name, { ...old, ...flags });
  return true;
}

function itemsOf(args: readonly (string | Assignment)[]): (string | Assignment)[] {
  return args.filter(arg => typeof arg !== 'string' || !/^-[a-zA-Z]*$|^--$/.test(arg));
}

function listing(prefix: string, name: string, variable: Variable): string {
  if (variable.list !== undefined) return `${prefix}${name}=(${[...variable.list].map(([key, value]) => `[${key}]=${JSON.stringify(value)}`).join(' ')})\n`;
  if (variable.map !== undefined) return `${prefix}${name}=(${[...variable.map].map(([key, value]) => `[${key}]=${JSON.stringify(value)}`).join(' ')} )\n`;
  return variable.value === undefined ? `${prefix}${name}\n` : `${prefix}${name}="${variable.value.replace(/["\\$`]/g, '\\$&')}"\n`;
}

async function exportNames(shell: Shell, argv: readonly string[], args: readonly (string | Assignment)[]): Promise<number> {
  const items = itemsOf(args);
  const ash = shell.state.kind !== 'bash';
  if (items.length === 0) {
    for (const [name, variable] of [...shell.state.variables].sort((a, b) => a[0] < b[0] ? -1 : 1)) {
      if (variable.exported === true) await shell.print(ash ? `export ${name}=${shellQuoteAlways(variable.value ?? '')}\n` : listing('declare -x ', name, variable));
    }
    return 0;
  }
  const remove = argv.includes('-n');
  let status = 0;
  for (const item of items) if (!await apply(shell, item, { exported: !remove }, 'export')) status = 1;
  return status;
}

function shellQuoteAlways(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

async function declare(shell: Shell, argv: readonly string[], args: readonly (string | Assignment)[]): Promise<number> {
  const letters = argv.slice(1).filter(arg => /^[-+][a-zA-Z]+$/.test(arg)).join('');
  const { state } = shell;
  const items = itemsOf(args);
  if (letters.includes('f') || letters.includes('F')) {
    for (const [name, fn] of state.functions) await shell.print(letters.includes('F') ? `declare -f ${name}\n` : `${fn.source.slice(fn.node.pos, fn.node.end)}\n`);
    return 0;
  }
  if (items.length === 0 || letters.includes('p')) {
    let status = 0;
    const names = items.length === 0 ? [...state.variables.keys()].sort() : items.map(item => typeof item === 'string' ? item : item.name);
    for (const name of names) {
      const variable = state.variables.get(name);
      if (variable === undefined) { await shell.stderr.write(`${shellError(shell, `declare: ${name}: not found`)}\n`); status = 1; continue; }
      const flag = ([['a', variable.list !== undefined], ['A', variable.map !== undefined], ['i', variable.integer], ['r', variable.readOnly], ['x', variable.exported]] as const)
        .map(([letter, on]) => on === true ? letter : '').join('');
      await shell.print(listing(`declare -${flag === '' ? '-' : flag} `, name, variable));
    }
    return status;
  }
  const local = state.locals.length > 0 && !letters.includes('g');
  let status = 0;
  for (const item of items) {
    const name = typeof item === 'string' ? item.replace(/=.*/s, '') : item.name;
    if (local) makeLocal(shell, name);
    if (letters.includes('A')) state.variables.set(name, { ...state.variables.get(name), value: undefined, map: state.variables.get(name)?.map ?? new Map() });
    else if (letters.includes('a')) state.variables.set(name, { ...state.variables.get(name), value: undefined, list: state.variables.get(name)?.list ?? new Map() });
    if (letters.includes('n')) {
      const target = typeof item === 'string' ? item.slice(name.length + 1) : item.value.type === 'ArrayValue' ? '' : await shell.text(item.value);
      state.variables.set(name, { value: undefined, reference: target });
      continue;
    }
    const flags: Flags = {};
    if (letters.includes('i')) flags.integer = true;
    if (letters.includes('i')) state.variables.set(name, { ...(state.variables.get(name) ?? { value: undefined }), integer: true });
    if (letters.includes('x')) flags.exported = true;
    if (!await apply(shell, item, flags, argv[0]!)) status = 1;
    if (letters.includes('r')) await apply(shell, name, { readOnly: true }, argv[0]!);
    if (!state.variables.has(name)) state.variables.set(name, { value: undefined });
  }
  return status;
}

function makeLocal(shell: Shell, name: string): void {
  const frame = shell.state.locals[shell.state.locals.length - 1];
  if (frame === undefined || frame.has(name)) return;
  frame.set(name, shell.state.variables.get(name));
  shell.state.variables.delete(name);
}

async function local(shell: Shell, argv: readonly string[], args: readonly (string | Assignment)[]): Promise<number> {
  if (shell.state.locals.length === 0) {
    await shell.stderr.write(`${shellError(shell, shell.state.kind === 'bash' ? 'local: can only be used in a function' : 'local: not in a function')}\n`);
    return 1;
  }
  return declare(shell, ['local', ...argv.slice(1).filter(arg => arg.startsWith('-'))], args.filter(arg => arg !== '-p'));
}

async function set(shell: Shell, argv: readonly string[]): Promise<number> {
  const { state } = shell;
  if (argv.length === 1) {
    for (const [name, variable] of [...state.variables].sort((a, b) => a[0] < b[0] ? -1 : 1)) {
      const value = valueOf(variable);
      if (value !== undefined) await shell.print(`${name}=${state.kind === 'bash' ? shellQuote(value) : shellQuoteAlways(value)}\n`);
    }
    return 0;
  }
  let at = 1;
  for (; at < argv.length; at += 1) {
    const option = argv[at]!;
    if (option === '--') { state.positional = argv.slice(at + 1); return 0; }
    if (option === '-') { at += 1; break; }
    if (!/^[-+]./.test(option)) break;
    const on = option.startsWith('-');
    for (const letter of option.slice(1)) {
      let name: string | undefined = OPTION_LETTERS[letter];
      if (letter === 'o') {
        at += 1;
        name = argv[at];
        if (name === undefined) { for (const known of Object.values(OPTION_LETTERS)) await shell.print(`${known.padEnd(15)}\t${state.options.has(known) ? 'on' : 'off'}\n`); return 0; }
        if (['posix', 'emacs', 'vi', 'monitor', 'notify', 'ignoreeof', 'nolog', 'errtrace', 'functrace', 'history', 'hashall', 'physical', 'braceexpand'].includes(name)) continue;
        if (name !== 'pipefail' && !Object.values(OPTION_LETTERS).includes(name as OptionName)) name = undefined;
        if (name === 'pipefail' && state.kind === 'dash') name = undefined;
      } else if ('mhbBEHTPk'.includes(letter)) continue;
      if (name === undefined) {
        const long = letter === 'o';
        const words = state.kind === 'dash' ? `set: Illegal option ${option.slice(0, 2)}${long ? ` ${argv[at]}` : ''}`
          : `set: ${long ? `${argv[at]}: invalid option name` : `${option[0]}${letter}: invalid option`}`;
        await shell.stderr.write(`${shellError(shell, words)}\n`);
        return 2;
      }
      if (on) state.options.add(name as OptionName);
      else state.options.delete(name as OptionName);
    }
  }
  if (at < argv.length) state.positional = argv.slice(at);
  return 0;
}

async function unset(shell: Shell, argv: readonly string[]): Promise<number> {
  const functions = argv.includes('-f');
  let status = 0;
  for (const name of argv.slice(1)) {
    if (name === '-f' || name === '-v' || name === '-n') continue;
    if (functions) { shell.state.functions.delete(name); continue; }
    const element = /^([A-Za-z_][A-Za-z0-9_]*)\[(.*)\]$/.exec(name);
    try {
      if (element !== null) {
        const old = shell.state.variables.get(element[1]!);
        if (old?.map !== undefined) { const map = new Map(old.map); map.delete(element[2]!); shell.state.variables.set(element[1]!, { ...old, map }); }
        else if (old?.list !== undefined) { const list = new Map(old.list); list.delete(Number(element[2])); shell.state.variables.set(element[1]!, { ...old, list }); }
      } else if (shell.state.variables.has(name)) unsetVariable(shell.state, name);
      else shell.state.functions.delete(name);
    } catch (error) {
      if (!(error instanceof ReadOnlyError)) throw error;
      await shell.stderr.write(`${shellError(shell, `unset: ${name}: cannot unset: readonly variable`)}\n`);
      status = 1;
    }
  }
  return status;
}

async function getopts(shell: Shell, argv: readonly string[]): Promise<number> {
  const [, spec = '', name = 'opt', ...given] = argv;
  const args = given.length > 0 ? given : shell.state.positional;
  const { state } = shell;
  let index = Number(valueOf(state.variables.get('OPTIND')) ?? '1');
  let offset = Number(valueOf(state.variables.get('_OPTOFFSET')) ?? '1');
  const word = args[index - 1];
  if (word === undefined || !/^-./.test(word) || word === '--') {
    if (word === '--') setVariable(state, 'OPTIND', String(index + 1));
    setVariable(state, name, '?');
    return 1;
  }
  const letter = word[offset]!;
  const at = spec.indexOf(letter);
  const quiet = spec.startsWith(':');
  const next = (): void => { offset += 1; if (offset >= word.length) { index += 1; offset = 1; } };
  let value = letter;
  state.variables.delete('OPTARG');
  if (at < 0 || letter === ':') {
    value = '?';
    if (quiet) setVariable(state, 'OPTARG', letter);
    else await shell.stderr.write(`${state.name}: illegal option -- ${letter}\n`);
    next();
  } else if (spec[at + 1] === ':') {
    const attached = word.slice(offset + 1);
    if (attached !== '') { setVariable(state, 'OPTARG', attached); index += 1; }
    else if (args[index] !== undefined) { setVariable(state, 'OPTARG', args[index]!); index += 2; }
    else {
      value = quiet ? ':' : '?';
      if (quiet) setVariable(state, 'OPTARG', letter);
      else await shell.stderr.write(`${state.name}: option requires an argument -- ${letter}\n`);
      index += 1;
    }
    offset = 1;
  } else next();
  setVariable(state, name, value);
  setVariable(state, 'OPTIND', String(index));
  setVariable(state, '_OPTOFFSET', String(offset));
  return 0;
}

export const VARIABLES: Readonly<Record<string, Builtin>> = {
  export: exportNames, declare, typeset: declare, local, set, unset, getopts,
  async readonly(shell, _argv, args) {
    let status = 0;
    for (const item of itemsOf(args)) if (!await apply(shell, item, { readOnly: true }, 'readonly')) status = 1;
    return status;
  },
  async shift(shell, argv) {
    const count = argv[1] === undefined ? 1 : Number(argv[1]);
    if (!Number.isInteger(count) || count < 0 || count > shell.state.positional.length) {
      if (shell.state.kind !== 'bash') await shell.stderr.write(`${shellError(shell, "shift: can't shift that many")}\n`);
      return shell.state.kind === 'bash' ? 1 : 2;
    }
    shell.state.positional = shell.state.positional.slice(count);
    return 0;
  },
  async let(shell, argv) {
    let last = 0n;
    for (const text of argv.slice(1)) last = await arithmeticText(shell, text);
    return last === 0n ? 1 : 0;
  },
  async shopt(shell, argv) {
    for (const name of argv.slice(1)) {
      if (name.startsWith('-')) continue;
      if (argv[1] === '-s') shell.state.shopt.add(name);
      else if (argv[1] === '-u') shell.state.shopt.delete(name);
      else if (argv[1] === '-q') return shell.state.shopt.has(name) ? 0 : 1;
      else await shell.print(`${name.padEnd(15)}\t${shell.state.shopt.has(name) ? 'on' : 'off'}\n`);
    }
    return 0;
  },
  async history(shell, argv) {
    const { history } = shell.state;
    if (argv[1] === '-c') { history.length = 0; return 0; }
    const count = argv[1] === undefined ? history.length : Number(argv[1]);
    if (!Number.isInteger(count) || count < 0) { await shell.stderr.write(`${shellError(shell, `history: ${argv[1]}: numeric argument required`)}\n`); return 1; }
    const first = Math.max(0, history.length - count);
    await shell.print(history.slice(first).map((line, index) => `${String(first + index + 1).padStart(5)}  ${line}\n`).join(''));
    return 0;
  },
};
