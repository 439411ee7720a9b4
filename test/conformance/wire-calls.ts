/** Calls to a served cluster as any HTTP client makes them. */
import type { Served } from '../wire/server.ts';

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly warnings: string;
  // The shape of an answer is what the tests are about.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export const JSON_TYPE = { 'content-type': 'application/json' };
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export const callsTo =
  (served: () => Served) =>
  async (
    method: string,
    path: string,
    body?: object | string | Uint8Array,
    headers: Readonly<Record<string, string>> = JSON_TYPE,
  ): Promise<Reply> => {
    const sent = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(served().url + path, { method, headers, ...(sent !== undefined && { body: sent as BodyInit }) });
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      warnings: response.headers.get('warning') ?? '',
      body: text.startsWith('{') ? (JSON.parse(text) as object) : text,
    };
  };

export async function until(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
  throw new Error('this did not come true');
}

/** A field is [number, value]; lists of fields are messages. The numbers are those of Kubernetes' .proto files, by hand. */
export type Value = number | string | readonly Field[];
export type Field = readonly [number, Value];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function message(fields: readonly Field[]): number[] {
  return fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(number * 8), ...varint(value)];
    const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : message(value);
    return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
  });
}

/** The bytes that kubectl sends: "k8s" and a zero, then a runtime.Unknown around the object. */
export function protobuf(apiVersion: string, kind: string, fields: readonly Field[]): Uint8Array {
  const type: readonly Field[] = [
    [1, apiVersion],
    [2, kind],
  ];
  return new Uint8Array([
    0x6b,
    0x38,
    0x73,
    0,
    ...message([
      [1, type],
      [2, fields],
      [3, ''],
      [4, ''],
    ]),
  ]);
}
