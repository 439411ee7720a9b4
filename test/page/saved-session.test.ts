/** What the page opens from what it kept: the journal, the snapshot, or what is left. */
import { describe, expect, it } from 'vitest';
import type { Profile } from '../../src/sandbox/sandbox.ts';
import { writeJournal } from '../../src/sim/journal-text.ts';
import type { Journal } from '../../src/sim/journal.ts';
import { freshProfile } from '../../src/ui/frame/fresh-profile.ts';
import { tooOften } from '../../src/ui/frame/opening.tsx';
import { beat, judge } from '../../src/ui/frame/watchdog.ts';
import { planOpen, readJournal, restoredNotice, restoredProfile } from '../../src/ui/saved-session.ts';
import type { SavedSnapshot } from '../../src/ui/saved-session.ts';

const PROFILE: Profile = freshProfile('one', { manifests: [{ kind: 'Pod' }] });
const entry = (at: number) => ({ at, input: { type: 'drop', machine: 'worker-1' } }) as const;
const JOURNAL: Journal = {
  format: 1,
  engine: 'here',
  profile: PROFILE,
  entries: [entry(0), entry(5), entry(9)],
  endMicros: 90e6,
  hash: 'aa',
};
const TEXT = writeJournal(JOURNAL);
const kv = (key: string) => ({ key, value: {}, createRevision: 1, modRevision: 1 });
const SNAPSHOT: SavedSnapshot = {
  profile: PROFILE,
  atMicros: 83_000_500,
  store: { revision: 412, kvs: ['control-plane', 'worker-1', 'worker-2', 'worker-5'].map((name) => kv(`/registry/minions/${name}`)) },
  files: { 'web.yaml': 'kind: Pod\n' },
};

describe('what is opened', () => {
  const cut = TEXT.slice(0, TEXT.lastIndexOf('{"end"') - 20);
  const changed = TEXT.replace('worker-1', 'worker-2');
  const rows: readonly (readonly [name: string, text: unknown, engine: string, without: string, withSnapshot: string])[] = [
    ['a whole journal', TEXT, 'here', 'replay', 'replay'],
    ['one of another build', TEXT, 'there', 'replay', 'snapshot'],
    ['one that lost its end', cut, 'here', 'replay', 'snapshot'],
    ['one with a changed byte', changed, 'here', 'ask', 'snapshot'],
    ['one of which nothing is left', '', 'here', 'ask', 'snapshot'],
    ['a thing that is no text', { journal: {} }, 'here', 'ask', 'snapshot'],
    ['an image', '\u0000\u0001GIF', 'here', 'ask', 'snapshot'],
  ];
  it.each(rows)('%s', (_name, text, engine, without, withSnapshot) => {
    const read = readJournal(text, engine);
    expect(planOpen(read, undefined).type).toBe(without);
    expect(planOpen(read, SNAPSHOT).type).toBe(withSnapshot);
  });
  it('plays what is whole of a journal that lost its end, and says so', () => {
    const plan = planOpen(readJournal(cut, 'here'), undefined);
    expect(plan).toMatchObject({ type: 'replay', journal: { entries: JOURNAL.entries.slice(0, 2) } });
    expect(plan.type === 'replay' && plan.notice).toMatch(/damaged.*breaks off/);
  });
  it('may give up a whole journal for the snapshot only', () => {
    expect(planOpen(readJournal(TEXT, 'here'), SNAPSHOT)).toMatchObject({ insteadOf: SNAPSHOT });
    expect(planOpen(readJournal(TEXT, 'here'), undefined)).not.toHaveProperty('insteadOf');
  });
});

describe('the cluster after a snapshot', () => {
  const restored = restoredProfile(SNAPSHOT);
  it('goes on at the moment of the snapshot, with its objects, files and nodes', () => {
    expect(restored).toMatchObject({ startAtMs: PROFILE.startAtMs + 83_000, nodes: 5, files: SNAPSHOT.files, restore: SNAPSHOT.store });
  });
  it('applies nothing a second time and gives out no name a second time', () => {
    expect(restored.manifests).toBeUndefined();
    expect(restored.seed).not.toBe(PROFILE.seed);
  });
  it('keeps its nodes where etcd knows none', () => {
    expect(restoredProfile({ ...SNAPSHOT, store: { revision: 1, kvs: [] } }).nodes).toBe(3);
  });
  it('says how much is missing', () => {
    expect(restoredNotice('It is damaged.', 83_000_500, 90e6)).toMatch(/^It is damaged\..*its last 7 s/);
    expect(restoredNotice('It is damaged.', 83_000_500, undefined)).not.toMatch(/missing/);
  });
});

describe('an engine that stopped', () => {
  const well = { atMs: 200_000, answeredMs: 199_000, playing: true, nowMicros: 5, stoodMs: 199_000 };
  it.each([
    ['answers and moves', {}, 'well'],
    ['does not answer', { answeredMs: 139_000 }, 'silent'],
    ['answers, and time stands', { stoodMs: 79_000 }, 'standing'],
    ['is paused', { stoodMs: 79_000, playing: false }, 'well'],
  ] as const)('%s', (_name, change, verdict) => {
    expect(judge({ ...well, ...change })).toBe(verdict);
  });
  it('is given its time again after the page slept', () => {
    const seen = { atMs: 400_000, answeredMs: 199_000, playing: true, nowMicros: 5 };
    expect(judge(beat(well, seen))).toBe('well');
    expect(judge(beat({ ...well, atMs: 398_000 }, seen))).toBe('silent');
  });
  it('stands only while nothing moves', () => {
    expect(beat(well, { ...well, atMs: 202_000 }).stoodMs).toBe(199_000);
    expect(beat(well, { ...well, atMs: 202_000, nowMicros: 6 }).stoodMs).toBe(202_000);
    expect(beat({ ...well, playing: false }, { ...well, atMs: 202_000 }).stoodMs).toBe(202_000);
  });
  it('is not started for ever', () => {
    expect(tooOften([0, 10_000])).toBe(false);
    expect(tooOften([0, 10_000, 20_000])).toBe(true);
    expect(tooOften([0, 200_000, 400_000])).toBe(false);
  });
});
