/** kubectl top against what real kubectl 1.33 printed for the same answers (top-1.33.txt; "! " is stderr). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cannedTransport } from './canned.ts';
import { createRunner } from './run.ts';
import { LINES, topAnswer } from './top-data.ts';

interface Recorded {
  readonly line: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

function recorded(): readonly Recorded[] {
  const text = readFileSync(new URL('top-1.33.txt', import.meta.url), 'utf8');
  return text
    .split('$ kubectl ')
    .slice(1)
    .map((part) => {
      const [line = '', ...rest] = part.split('\n');
      const lines = rest.slice(
        0,
        rest.findIndex((each) => /^\[\d+\]$/.test(each)),
      );
      const print = (from: readonly string[]): string => from.map((each) => `${each}\n`).join('');
      return {
        line,
        stdout: print(lines.filter((each) => !each.startsWith('! '))),
        stderr: print(lines.filter((each) => each.startsWith('! ')).map((each) => each.slice(2))),
        code: Number(/^\[(\d+)\]$/m.exec(part)?.[1]),
      };
    });
}

const golden = recorded();

describe('kubectl top, as real kubectl prints it', () => {
  it('has a record of every line', () => {
    expect(golden.map(({ line }) => line)).toEqual([...LINES, 'top node']);
  });
  it.each(golden.slice(0, LINES.length).map((each) => [each.line, each] as const))('%s', async (line, { stdout, stderr, code }) => {
    const result = await createRunner(cannedTransport([], (request) => topAnswer(request))).run(line);
    expect(result).toEqual({ code, stdout, stderr });
  });
  it('says so while metrics-server does not answer', async () => {
    const { stdout, stderr, code } = golden.at(-1)!;
    const result = await createRunner(cannedTransport([], (request) => topAnswer(request, 'Stale'))).run('top node');
    expect(result).toEqual({ code, stdout, stderr });
  });
  it.each([
    ['2026-01-05T09:09:59Z', 'error: metrics not available yet\n'],
    ['2026-01-05T09:11:00Z', 'error: Metrics not available for pod empty/old, age: 2m30s\n'],
  ])('of a Pod without metrics at %s', async (now, stderr) => {
    const runner = createRunner(
      cannedTransport([], (request) => topAnswer(request)),
      { startAtMs: Date.parse(now) },
    );
    expect(await runner.run('top pod -n empty')).toEqual({ code: 1, stdout: '', stderr });
  });
});
