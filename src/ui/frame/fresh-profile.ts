/** What a new cluster of the page starts from. */
import type { Profile } from '../../sandbox/sandbox.ts';

const VERSION = 'v1.33.1';

/** `part` wins: a lesson's start state. */
export function freshProfile(seed: string, part: Partial<Profile> = {}): Profile {
  return {
    seed,
    nodes: 3,
    version: VERSION,
    startAtMs: Date.UTC(2026, 0, 5, 9, 0, 0),
    link: { latencyMicros: 1_000, jitterMicros: 200 },
    node: { cpu: '2', memory: '4Gi', ephemeralStorage: '20Gi', zones: ['zone-a', 'zone-b', 'zone-c'] },
    ...part,
  };
}
