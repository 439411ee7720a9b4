import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cannedTransport } from './canned.ts';
import { createRunner } from './run.ts';

const golden = readFileSync('test/golden/dryrun-1.33.txt', 'utf8').split(/^\$ kubectl /m).slice(1).map((block) => {
  const end = block.indexOf('\n');
  const body = block.slice(end + 1);
  return { command: block.slice(0, end), text: body.replace(/\[rc=\d+\]\n$/, ''), code: Number(/\[rc=(\d+)\]\n$/.exec(body)?.[1] ?? '-1') };
});

describe('generators make what real kubectl 1.33 makes', () => {
  it.each(golden)('$command', async ({ command, text, code }) => {
    const server = cannedTransport([]);
    const runner = createRunner(server);
    const result = await runner.run(command.replace('--schedule=*/1 * * * *', "--schedule='*/1 * * * *'"));
    expect(result).toEqual({ stdout: text, stderr: '', code });
    expect(server.asked.filter(({ path }) => path !== '/api' && path !== '/apis')).toEqual([]);
  });
});
