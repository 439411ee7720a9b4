/** Standard input as a shell shares it with its commands: `read` takes one line and leaves the rest for whoever comes next. */
import type { World } from '../base/world.ts';
import { concat, fromUtf8 } from '../base/bytes.ts';
import type { InputStream } from '../cri/process.ts';

export interface SharedInput extends InputStream {
  /** Up to and with the delimiter; `found` false: the end came first. */
  readUntil(delimiter: number, limit?: number): Promise<{ readonly bytes: Uint8Array; readonly found: boolean }>;
  bind(world: World): SharedInput;
}

interface Buffer { held: Uint8Array }

export function shareInput(stream: InputStream): SharedInput {
  return 'readUntil' in stream ? stream as SharedInput : share(stream, { held: new Uint8Array(0) });
}

function share(stream: InputStream, buffer: Buffer): SharedInput {
  return {
    async read() {
      if (buffer.held.length === 0) return stream.read();
      const data = buffer.held;
      buffer.held = new Uint8Array(0);
      return data;
    },
    async readUntil(delimiter, limit = Infinity) {
      for (let from = 0; ;) {
        const at = buffer.held.indexOf(delimiter, from);
        const end = at < 0 ? -1 : at + 1;
        if (end > 0 && end <= limit) return { bytes: cut(buffer, end), found: true };
        if (buffer.held.length >= limit) return { bytes: cut(buffer, limit), found: true };
        from = buffer.held.length;
        const more = await stream.read();
        if (more === undefined) return { bytes: cut(buffer, buffer.held.length), found: false };
        buffer.held = buffer.held.length === 0 ? more : concat([buffer.held, more]);
      }
    },
    close: () => stream.close(),
    bind: world => share(stream.bind?.(world) ?? stream, buffer),
  };
}

function cut(buffer: Buffer, end: number): Uint8Array {
  const data = buffer.held.subarray(0, end);
  buffer.held = buffer.held.subarray(end);
  return data;
}

export async function readLine(input: SharedInput): Promise<{ readonly text: string; readonly terminated: boolean } | undefined> {
  const { bytes, found } = await input.readUntil(10);
  if (!found && bytes.length === 0) return undefined;
  const text = fromUtf8(bytes);
  return { text: found ? text.slice(0, -1) : text, terminated: found };
}
