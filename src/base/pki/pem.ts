/** PEM: base64 between two lines that name what it is. */
import { base64, fromBase64 } from '../bytes.ts';

export interface PemBlock {
  /** "CERTIFICATE". */
  readonly label: string;
  readonly bytes: Uint8Array;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----\s*((?:[A-Za-z-]+: [^\n]*\n)*)([A-Za-z0-9+/=\s]*?)\s*-----END \1-----/g;
const LINE = 64;

export function writePem(label: string, bytes: Uint8Array): string {
  const text = base64(bytes);
  const lines = Array.from({ length: Math.ceil(text.length / LINE) }, (_, index) => text.slice(index * LINE, (index + 1) * LINE));
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** All blocks of a text, in order; what stands between them does not matter. */
export function readPem(text: string): readonly PemBlock[] {
  return [...text.matchAll(BLOCK)].flatMap(([, label = '', , body = '']) => {
    const bytes = fromBase64(body.replace(/\s/g, ''));
    return bytes === undefined ? [] : [{ label, bytes }];
  });
}
