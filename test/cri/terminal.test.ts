/** What the kernel does with keys between a person and a program. */
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/base/bytes.ts';
import { callbackOutput } from '../../src/cri/streams.ts';
import { createTerminal } from '../../src/cri/terminal.ts';
import type { Terminal } from '../../src/cri/terminal.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

function open(): { readonly terminal: Terminal; readonly signals: string[] } {
  const signals: string[] = [];
  const { world } = loneWorld();
  const terminal = createTerminal(
    world,
    callbackOutput(() => undefined),
    { columns: 80, rows: 24 },
    (signal) => signals.push(signal),
  );
  return { terminal, signals };
}

const next = async ({ stdin }: Terminal): Promise<string | undefined> => {
  const data = await stdin.read();
  return data && fromUtf8(data);
};

describe('a terminal', () => {
  it('gives a Ctrl-D that was typed ahead to a program that wants keys as a key', async () => {
    const { terminal, signals } = open();
    terminal.feed(utf8('ls\n\x04ex'));
    terminal.raw = true;
    terminal.feed(utf8('\x03'));
    expect([await next(terminal), await next(terminal), await next(terminal), await next(terminal)]).toEqual([
      'ls\n',
      '\x04',
      'ex',
      '\x03',
    ]);
    expect(signals).toEqual([]);
  });
  it('ends the input of a program that wants lines', async () => {
    const { terminal, signals } = open();
    terminal.feed(utf8('ls\n\x04'));
    expect([await next(terminal), await next(terminal)]).toEqual(['ls\n', undefined]);
    terminal.feed(utf8('\x03'));
    expect(signals).toEqual(['SIGINT']);
  });
});
