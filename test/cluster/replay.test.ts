/** Replay equality: one journal, one history, however the machines are laid out. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { CONTROL_PLANE, SHELL } from '../../src/cluster/profile.ts';
import type { Profile } from '../../src/sandbox/sandbox.ts';
import type { Journal } from '../../src/sim/journal.ts';
import { parseJournal, writeJournal } from '../../src/sim/journal-text.ts';
import { openNodeWorker } from '../../src/sim/node-workers.ts';
import { spread } from '../../src/sim/placement.ts';
import type { Placement } from '../../src/sim/simulation.ts';
import { makeJournal } from './long-journal.ts';

const ENTRY = join(process.cwd(), '.cache/node-host.mjs');

async function replay(journal: Journal, placement?: Placement): Promise<string> {
  const sandbox = await openCluster({ profile: journal.profile as Profile, journal: journal.entries, untilMicros: journal.endMicros, playing: false, ...(placement && { placement }) });
  const hash = await sandbox.hash();
  await sandbox.close();
  return hash;
}

const inWorkers = (workers: number): Placement => spread({ hub: CONTROL_PLANE, shells: [SHELL], workers, open: openNodeWorker(ENTRY) });

describe('replay equality', () => {
  let journal: Journal;
  beforeAll(async () => {
    mkdirSync('.cache', { recursive: true });
    await build({
      entryPoints: ['workers/node-host.ts'], bundle: true, platform: 'node', format: 'esm', target: 'es2023', outfile: ENTRY, logLevel: 'error',
      banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
    });
    journal = await makeJournal({ seed: 'replay', inputs: 200, seconds: 1800 });
  });

  it('the journal has 200 inputs over 30 virtual minutes', () => {
    expect(journal.entries.length).toBeGreaterThanOrEqual(200 + 5);
    expect(journal.endMicros).toBeGreaterThanOrEqual(1800e6);
    expect(new Set(journal.entries.map(({ input }) => input.type)).size).toBeGreaterThanOrEqual(3);
  });
  it('inline, from its own text', async () => {
    expect(await replay(parseJournal(writeJournal(journal)))).toBe(journal.hash);
  });
  it('with two Node workers for the nodes', async () => {
    expect(await replay(journal, inWorkers(2))).toBe(journal.hash);
  });
  it('with one Node worker a machine', async () => {
    expect(await replay(journal, inWorkers(100))).toBe(journal.hash);
  });
  it('moved into workers in the middle', async () => {
    const half = journal.entries.filter(({ at }) => at <= journal.endMicros / 2);
    const sandbox = await openCluster({ profile: journal.profile as Profile, journal: half, untilMicros: Math.floor(journal.endMicros / 2), moveTo: inWorkers(2) });
    const inline = await openCluster({ profile: journal.profile as Profile, journal: half, untilMicros: Math.floor(journal.endMicros / 2) });
    for (const one of [sandbox, inline]) await one.time.runUntil({ atMicros: Math.floor(journal.endMicros / 2) + 60e6 });
    expect(await sandbox.hash()).toBe(await inline.hash());
    await sandbox.close();
    await inline.close();
  });
  it("a change of one link's latency by 1 ms gives another history", async () => {
    const profile = { ...(journal.profile as Profile), link: { latencyMicros: 2000, jitterMicros: 1000 } };
    expect(await replay({ ...journal, profile })).not.toBe(journal.hash);
  });
});

describe('pace', () => {
  it('a journal of 30 virtual seconds recorded at x1 replays to its hash', async () => {
    const { hash, journal } = await recordAtSpeed(1, 30);
    expect(await replay(journal)).toBe(hash);
  });
});

/** Real time passes here: what is tested is that it does not matter. */
async function recordAtSpeed(speed: number, seconds: number): Promise<{ readonly hash: string; readonly journal: Journal }> {
  const base = await makeJournal({ seed: 'pace', inputs: 1, seconds: 1 });
  const sandbox = await openCluster({ profile: base.profile as Profile, playing: true, speed });
  const session = await sandbox.shell({ name: 'learner' });
  const end = sandbox.time.state.nowMicros + seconds * 1e6;
  session.write('kubectl create deployment web --image=nginx --replicas=2\r');
  while (sandbox.time.state.nowMicros < end) {
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    session.write('kubectl get pods\r');
  }
  sandbox.time.pause();
  const journal = await sandbox.journal();
  await sandbox.close();
  return { hash: journal.hash ?? '', journal };
}

describe('seeds', () => {
  it('two seeds place Pods differently', async () => {
    const placements = await Promise.all(['one', 'two', 'three'].map(async (seed) => {
      const { profile } = await makeJournal({ seed, inputs: 0, seconds: 1 });
      const sandbox = await openCluster({ profile: profile as Profile, playing: false });
      const session = await sandbox.shell();
      await session.run('kubectl create deployment web --image=nginx --replicas=5');
      await session.run('kubectl rollout status deployment/web');
      const { stdout } = await session.run('kubectl get pods -l app=web -o jsonpath="{.items[*].spec.nodeName}"');
      await sandbox.close();
      return stdout;
    }));
    expect(new Set(placements).size).toBeGreaterThan(1);
  });
});
