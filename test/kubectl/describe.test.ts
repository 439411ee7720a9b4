import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cannedTransport } from './canned.ts';
import type { Fixture } from './canned.ts';
import { createRunner } from './run.ts';

const fixtures = JSON.parse(readFileSync('test/golden/fixtures.json', 'utf8')) as Fixture[];
const golden = readFileSync('test/golden/describe-1.33.txt', 'utf8').split(/^### kubectl /m).slice(1).map((block) => {
  const end = block.indexOf('\n');
  return { command: block.slice(0, end), text: block.slice(end + 1) };
});

/** When the recording was made: the event about the Deployment was first seen 112 to 114 seconds before. */
function startOf(text: string): number {
  const age = Number(/ScalingReplicaSet {2}(\d+)s/.exec(text)?.[1] ?? '112');
  return Date.parse('2026-11-20T15:40:18Z') + age * 1000;
}

describe('describe prints what real kubectl 1.33 prints', () => {
  it.each(golden)('$command', async ({ command, text }) => {
    const runner = createRunner(cannedTransport(fixtures), { startAtMs: startOf(text) });
    const { stdout, stderr, code } = await runner.run(command);
    expect(stdout + stderr).toBe(text);
    expect(code).toBe(command.endsWith('nope') ? 1 : 0);
  });
});
