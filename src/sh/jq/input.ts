/** JSON texts one after the other, as jq reads them; with the words of jq for what is none. */
import type { Json } from './values.ts';

export type Parsed = { readonly values: Json[] } | { readonly values: Json[]; readonly error: string };

const DEPTH_MAX = 10_000;

class Bad extends Error {}

export function parseJsonTexts(text: string): Parsed {
  const values: Json[] = [];
  let at = 0;
  const position = (): string => { const before = text.slice(0, at); const line = before.split('\n').length; return `at line ${line}, column ${before.length - before.lastIndexOf('\n') - 1}`; };
  const bad = (words: string): never => { throw new Bad(`${words} ${position()}`); };
  const spaces = (): void => { while (at < text.length && ' \t\r\n'.includes(text[at]!)) at += 1; };

  function value(depth: number): Json {
    if (depth > DEPTH_MAX) bad('Exceeds depth limit for parsing');
    spaces();
    const char = text[at];
    if (char === '{') {
      at += 1;
      const out: { [key: string]: Json } = {};
      spaces();
      if (text[at] === '}') { at += 1; return out; }
      for (;;) {
        spaces();
        if (text[at] !== '"') bad(at >= text.length ? 'Unfinished JSON term' : 'Object keys must be strings');
        const key = string();
        spaces();
        if (text[at] !== ':') bad(at >= text.length ? 'Unfinished JSON term' : 'Objects must consist of key:value pairs');
        at += 1;
        out[key] = value(depth + 1);
        spaces();
        if (text[at] === ',') { at += 1; continue; }
        if (text[at] === '}') { at += 1; return out; }
        bad(at >= text.length ? 'Unfinished JSON term' : "Expected separator between values");
      }
    }
    if (char === '[') {
      at += 1;
      const out: Json[] = [];
      spaces();
      if (text[at] === ']') { at += 1; return out; }
      for (;;) {
        out.push(value(depth + 1));
        spaces();
        if (text[at] === ',') { at += 1; continue; }
        if (text[at] === ']') { at += 1; return out; }
        bad(at >= text.length ? 'Unfinished JSON term' : 'Expected separator between values');
      }
    }
    if (char === '"') return string();
    const word = /^(?:true|false|null|nan|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![A-Za-z0-9_])/.exec(text.slice(at, at + 400))?.[0];
    if (word === undefined) return bad(at >= text.length ? 'Unfinished JSON term' : 'Invalid numeric literal');
    at += word.length;
    return word === 'true' ? true : word === 'false' ? false : word === 'null' || word === 'nan' ? null : Number(word);
  }

  function string(): string {
    let out = '';
    at += 1;
    for (;;) {
      const end = text.slice(at).search(/["\\]/);
      if (end < 0) { at = text.length; bad('Unfinished string'); }
      out += text.slice(at, at + end);
      at += end;
      if (text[at] === '"') { at += 1; return out; }
      const next = text[at + 1] ?? '';
      if (next === 'u') { out += String.fromCharCode(Number.parseInt(text.slice(at + 2, at + 6), 16)); at += 6; continue; }
      const simple = ({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' } as Readonly<Record<string, string>>)[next];
      if (simple === undefined) bad('Invalid escape');
      out += simple;
      at += 2;
    }
  }

  try {
    for (spaces(); at < text.length; spaces()) values.push(value(0));
    return { values };
  } catch (error) {
    if (!(error instanceof Bad)) throw error;
    return { values, error: error.message };
  }
}
