/** What a container wrote, as lines with their time. Bounded: the oldest go first, as when the kubelet rotates. */
import type { Clock } from '../base/world.ts';
import { disposable } from '../base/dispose.ts';
import { fromUtf8 } from '../base/bytes.ts';
import type { OutputStream } from './process.ts';
import type { ContainerLog, LogLine } from './runtime.ts';
import { toBytes } from './streams.ts';

// Differs from Kubernetes: a container keeps its newest 20,000 lines or 4 MiB of log, not 10 MiB in two files.
const LINES_MAX = 20_000;
const BYTES_MAX = 4 * 1024 * 1024;
/** containerd splits longer lines. */
const LINE_MAX = 16 * 1024;

export interface WritableLog extends ContainerLog {
  stream(name: 'stdout' | 'stderr'): OutputStream;
  end(): void;
  /** The newest bytes, for FallbackToLogsOnError. */
  size(): number;
}

export function createContainerLog(clock: Clock, also?: (name: 'stdout' | 'stderr', data: Uint8Array) => void): WritableLog {
  let lines: LogLine[] = [];
  let bytes = 0;
  let ended = false;
  const rest = { stdout: '', stderr: '' };
  const listeners = new Set<(line: LogLine | undefined) => void>();

  function add(stream: 'stdout' | 'stderr', text: string, complete: boolean): void {
    const line: LogLine = { atMicros: clock.micros(), atMs: clock.now(), stream, text, complete };
    lines.push(line);
    bytes += text.length + 64;
    if (lines.length > LINES_MAX + 1000 || bytes > BYTES_MAX * 1.1) trim();
    for (const listener of [...listeners]) listener(line);
  }

  function trim(): void {
    let drop = Math.max(0, lines.length - LINES_MAX);
    for (let i = 0; i < drop; i += 1) bytes -= lines[i]!.text.length + 64;
    while (bytes > BYTES_MAX && drop < lines.length) { bytes -= lines[drop]!.text.length + 64; drop += 1; }
    lines = lines.slice(drop);
  }

  function write(stream: 'stdout' | 'stderr', data: Uint8Array): void {
    if (ended) return;
    also?.(stream, data);
    const parts = (rest[stream] + fromUtf8(data)).split('\n');
    for (let i = 0; i < parts.length - 1; i += 1) add(stream, parts[i]!, true);
    rest[stream] = parts[parts.length - 1]!;
    if (rest[stream].length > LINE_MAX) { add(stream, rest[stream], false); rest[stream] = ''; }
  }

  return {
    get lines() { return lines; },
    get ended() { return ended; },
    onLine(listener) {
      listeners.add(listener);
      return disposable(() => { listeners.delete(listener); });
    },
    stream: name => ({ async write(data) { write(name, toBytes(data)); }, close() {} }),
    end() {
      if (ended) return;
      for (const name of ['stdout', 'stderr'] as const) if (rest[name] !== '') add(name, rest[name], false);
      ended = true;
      for (const listener of [...listeners]) listener(undefined);
      listeners.clear();
    },
    size: () => bytes,
  };
}
