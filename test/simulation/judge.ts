/** Looks at every write of the store with every rule, and keeps what was broken. */
import type { KubeObject } from '../../src/api/object.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import type { Accuse, Rule, Staleness } from './rule.ts';
import { addressRule } from './rules/addresses.ts';
import { bindingRule } from './rules/binding.ts';
import { evictionRule } from './rules/eviction.ts';
import { finalizerRule } from './rules/finalizers.ts';
import { replicasRule } from './rules/replicas.ts';

export interface Violation { readonly rule: string; readonly atMs: number; readonly revision: number; readonly detail: string }

/** Informers are woken within the instant; a controller's queue waits a little. */
const STALE_MS = 5_000;
/** An informer that lost its watch comes back within its back-off. */
const STALE_AFTER_TROUBLE_MS = 90_000;
/** Leases are renewed more often than that; a silent store is one that nobody reaches. */
const SILENCE_MS = 12_000;
const KEPT = 20;

export interface Judge {
  readonly violations: readonly Violation[];
  readonly accuse: Accuse;
  /** Parts of the control plane go or come at this moment. */
  trouble(): void;
  nodeLost(node: string): void;
  dropping(uid: string): void;
  /** Each revision of the store with the key it wrote, for what watchers ought to have heard. */
  readonly written: readonly string[];
}

export function createJudge(store: Etcd, nowMs: () => number): Judge {
  const violations: Violation[] = [];
  const written: string[] = [];
  /** The first and the last moment of the trouble that informers may still feel. */
  let troubleSinceMs = -Infinity;
  let troubleMs = -Infinity;
  let lastWriteMs = nowMs();
  const accuse: Accuse = (rule, detail) => {
    if (violations.length < KEPT) violations.push({ rule, atMs: nowMs(), revision: store.revision, detail });
  };
  const inTrouble = (now: number): boolean => now - troubleMs < STALE_AFTER_TROUBLE_MS;
  const staleness: Staleness = { sinceMs: (now) => (inTrouble(now) ? troubleSinceMs : now) - STALE_MS };
  const trouble = (now: number): void => {
    if (!inTrouble(now)) troubleSinceMs = now;
    troubleMs = now;
  };
  const addresses = addressRule(accuse);
  const finalizers = finalizerRule(accuse);
  const rules: readonly Rule[] = [bindingRule(accuse), addresses.rule, finalizers.rule, replicasRule(accuse, staleness), evictionRule(accuse, staleness)];
  store.watch('', 0, ({ type, kv, prev }) => {
    written[kv.modRevision] = kv.key;
    const now = nowMs();
    if (now - lastWriteMs > SILENCE_MS) {
      trouble(lastWriteMs);
      trouble(now);
    }
    lastWriteMs = now;
    const seen = {
      key: kv.key, revision: kv.modRevision, nowMs: now,
      object: type === 'put' ? (kv.value as KubeObject) : undefined, before: prev?.value as KubeObject | undefined,
    };
    for (const rule of rules) rule(seen);
  });
  return {
    violations, accuse, written,
    trouble: () => trouble(nowMs()),
    nodeLost: (node) => addresses.nodeLost(node),
    dropping: (uid) => finalizers.dropping(uid),
  };
}
