/** JSON text as Go's decoder reads it: fields that stand twice are reported, errors are in Go's words.
 *  Upstream: sigs.k8s.io/json */
import { setOwn } from '../base/json.ts';
import { joinPath } from './schema/decode.ts';

export interface ParsedJson { readonly value: unknown; readonly duplicates: readonly string[] }

// Differs from Kubernetes: JSON may nest 1,000 levels, not 10,000, so that no engine's stack decides.
const DEPTH_MAX = 1000;

class Failure extends Error {}

/** A text is what is wrong. */
export function parseJson(text: string): ParsedJson | string {
  const parser = new JsonParser(text);
  try {
    return { value: parser.document(), duplicates: parser.duplicates };
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class JsonParser {
  readonly duplicates: string[] = [];
  private at = 0;
  private readonly path: (string | number)[] = [];

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw this.unexpected('after top-level value');
    return value;
  }

  private space(): void {
    for (; this.at < this.text.length; this.at += 1) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  private unexpected(where: string): Failure {
    if (this.at >= this.text.length) return new Failure('unexpected end of JSON input');
    const character = this.text.charAt(this.at);
    const shown = character === "'" ? "'\\''" : character === '"' ? "'\"'" : `'${character < ' ' ? JSON.stringify(character).slice(1, -1) : character}'`;
    return new Failure(`invalid character ${shown} ${where}`);
  }

  private value(): unknown {
    this.space();
    if (this.path.length > DEPTH_MAX) throw new Failure('exceeded max depth');
    const character = this.text.charAt(this.at);
    switch (character) {
      case '{': return this.object();
      case '[': return this.array();
      case '"': return this.string();
      case 't': return this.word('true', true);
      case 'f': return this.word('false', false);
      case 'n': return this.word('null', null);
      default: return this.number();
    }
  }

  private word<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i += 1, this.at += 1) {
      if (this.text[this.at] !== word[i]) throw this.unexpected(`in literal ${word} (expecting '${word[i]}')`);
    }
    return value;
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) throw this.unexpected('looking for beginning of value');
    this.at += found[0].length;
    return Number(found[0]);
  }

  private string(): string {
    this.at += 1;
    let out = '';
    for (;;) {
      PLAIN.lastIndex = this.at;
      const plain = (PLAIN.exec(this.text) as RegExpExecArray)[0];
      out += plain;
      this.at += plain.length;
      const character = this.text.charAt(this.at);
      if (character === '"') {
        this.at += 1;
        return out;
      }
      if (character !== '\\') throw this.unexpected('in string literal');
      this.at += 1;
      out += this.escape();
    }
  }

  private escape(): string {
    const character = this.text.charAt(this.at);
    if (character === 'u') {
      const digits = this.text.slice(this.at + 1, this.at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
        this.at += 1;
        throw this.unexpected('in \\u hexadecimal character escape');
      }
      this.at += 5;
      return String.fromCharCode(parseInt(digits, 16));
    }
    const value = ESCAPES[character];
    if (value === undefined) throw this.unexpected('in string escape code');
    this.at += 1;
    return value;
  }

  private array(): unknown[] {
    this.at += 1;
    const out: unknown[] = [];
    this.space();
    if (this.text[this.at] === ']') {
      this.at += 1;
      return out;
    }
    for (;;) {
      this.path.push(out.length);
      out.push(this.value());
      this.path.pop();
      this.space();
      const character = this.text[this.at];
      if (character !== ',' && character !== ']') throw this.unexpected('after array element');
      this.at += 1;
      if (character === ']') return out;
    }
  }

  private object(): Record<string, unknown> {
    this.at += 1;
    const out: Record<string, unknown> = {};
    this.space();
    if (this.text[this.at] === '}') {
      this.at += 1;
      return out;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw this.unexpected('looking for beginning of object key string');
      const key = this.string();
      this.space();
      if (this.text[this.at] !== ':') throw this.unexpected('after object key');
      this.at += 1;
      if (Object.hasOwn(out, key)) this.duplicates.push(joinPath([...this.path, key]));
      this.path.push(key);
      const value = this.value();
      this.path.pop();
      setOwn(out, key, value);
      this.space();
      const character = this.text[this.at];
      if (character !== ',' && character !== '}') throw this.unexpected('after object key:value pair');
      this.at += 1;
      if (character === '}') return out;
    }
  }
}
