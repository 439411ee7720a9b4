/** Brace expansion: a{b,c}d, {1..5}, {a..e..2}. It comes first and is purely textual. */
import { parseScript } from './parse.ts';
import type { Word, WordPart } from './parse.ts';

const WORDS_MAX = 100_000;

/** The words that a word stands for; itself where it has no braces. */
export function expandBraces(word: Word): readonly Word[] {
  const at = word.parts?.findIndex(part => part.type === 'BraceExpansion') ?? -1;
  if (at < 0 || word.parts === undefined) return [word];
  const part = word.parts[at]!;
  const choices = alternatives(part.text);
  if (choices === undefined) return [word];
  const before = word.parts.slice(0, at);
  const after = word.parts.slice(at + 1);
  const out: Word[] = [];
  for (const choice of choices.slice(0, WORDS_MAX)) {
    const parts: WordPart[] = [...before, ...partsOf(choice), ...after];
    out.push(...expandBraces({ ...word, text: parts.map(piece => piece.text).join(''), parts }));
  }
  return out;
}

function partsOf(text: string): readonly WordPart[] {
  const literal: WordPart = { type: 'Literal', pos: 0, end: 0, value: text, text };
  if (!/[$`'"\\{*?[]/.test(text)) return [literal];
  const [statement] = parseScript(`: ${text}`).script.commands;
  if (statement?.command.type !== 'Command') return [literal];
  const [word] = statement.command.suffix;
  if (word?.type !== 'Word') return [literal];
  return word.parts ?? [{ ...literal, value: word.value }];
}

function alternatives(text: string): string[] | undefined {
  const inner = text.slice(1, -1);
  const numbers = /^(-?[0-9]+)\.\.(-?[0-9]+)(?:\.\.(-?[0-9]+))?$/.exec(inner);
  if (numbers !== null) {
    const width = [numbers[1]!, numbers[2]!].some(entry => /^-?0[0-9]/.test(entry)) ? Math.max(numbers[1]!.length, numbers[2]!.length) : 0;
    return range(Number(numbers[1]), Number(numbers[2]), Number(numbers[3] ?? '1')).map(value => value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0'));
  }
  const letters = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?[0-9]+))?$/.exec(inner);
  if (letters !== null) return range(letters[1]!.charCodeAt(0), letters[2]!.charCodeAt(0), Number(letters[3] ?? '1')).map(code => String.fromCharCode(code));
  const parts = splitTop(inner);
  return parts.length < 2 ? undefined : parts;
}

function range(from: number, to: number, step: number): number[] {
  const by = Math.max(1, Math.abs(step));
  const out: number[] = [];
  if (from <= to) for (let value = from; value <= to && out.length < WORDS_MAX; value += by) out.push(value);
  else for (let value = from; value >= to && out.length < WORDS_MAX; value -= by) out.push(value);
  return out;
}

/** Commas outside of inner braces and quotes. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let run = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    if (char === '\\') { run += char + (text[i + 1] ?? ''); i += 1; continue; }
    if (quote !== '') { if (char === quote) quote = ''; }
    else if (char === '"' || char === "'") quote = char;
    else if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    else if (char === ',' && depth === 0) { parts.push(run); run = ''; continue; }
    run += char;
  }
  parts.push(run);
  return parts;
}
