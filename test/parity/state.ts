/** One frozen cluster: what state.yaml says, created through the API and then given its status and its age in the store.
 *  Nothing runs in it and its clock stands still. Each case gets a copy. */
import { readFileSync } from 'node:fs';
import type { Transport } from '../../src/api/transport.ts';
import type { ApiResponse } from '../../src/api/transport.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { parseYaml } from '../../src/api/yaml.ts';
import { canonicalJson } from './canonical.ts';
import { createApiserver } from '../../src/apiserver/server.ts';
import { rfc3339 } from '../../src/base/time.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import type { Etcd, EtcdSnapshot } from '../../src/etcd/etcd.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import type { LoneWorld } from '../../src/sim/lone-world.ts';

export interface FrozenState {
  readonly nowMs: number;
  readonly snapshot: EtcdSnapshot;
}

/** A cluster of one case's own. */
export interface Copy {
  readonly lone: LoneWorld;
  readonly transport: Transport;
  /** What the case changed, by key of the store: the object, or null where it is gone. */
  changes(): Record<string, unknown>;
}

interface Doc {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations?: Record<string, string> };
  readonly status?: object;
}
interface Stored {
  readonly metadata: { readonly uid: string; readonly managedFields?: readonly object[] } & Doc['metadata'];
}

const MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+)([hms])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * MS[unit!]!, 0);

export async function freezeState(nowMs: number): Promise<FrozenState> {
  const lone = loneWorld({ seed: 'parity', startAtMs: nowMs });
  const etcd = createEtcd();
  const transport = createApiserver({ world: lone.world, etcd, authorization: 'AlwaysAllow' }).transport();
  await lone.advance(0);
  const ago = (duration: string): number => nowMs - durationMs(duration);
  for (const { key, value } of etcd.range('/').kvs) age(etcd, key, value as Stored, rfc3339(ago('36h30m')));
  const uids = new Map<string, string>();
  const plurals = new Map<string, { plural: string; namespaced: boolean }>(
    RESOURCES.map((r) => [`${r.group === '' ? r.version : `${r.group}/${r.version}`} ${r.kind}`, r]),
  );
  for (const text of readFileSync('test/parity/state.yaml', 'utf8').split('\n---\n').slice(1)) {
    const agedBy = /^# age (\S+)/.exec(text)![1]!;
    const known = text
      .replaceAll(/ago\((\w+)\)/g, (_, d: string) => rfc3339(ago(d)))
      .replaceAll(/agomicro\((\w+)\)/g, (_, d: string) => rfc3339(ago(d)).replace('Z', '.000000Z'))
      .replaceAll(/uid\(([^)]+)\)/g, (_, who: string) => uids.get(who) ?? fail(`${who} is not there yet`));
    const doc = parseYaml(known) as Doc;
    const { status, ...body } = doc;
    const { plural, namespaced } = plurals.get(`${doc.apiVersion} ${doc.kind}`) ?? fail(`no resource for ${doc.kind}`);
    const path = `${doc.apiVersion.includes('/') ? '/apis' : '/api'}/${doc.apiVersion}${namespaced ? `/namespaces/${doc.metadata.namespace!}` : ''}/${plural}`;
    const made = await created(lone, transport, path, body);
    uids.set(`${doc.kind}/${doc.metadata.name}`, made.metadata.uid);
    const key = keyOf(etcd, made.metadata.uid);
    const at = rfc3339(ago(agedBy));
    const stored = etcd.get(key)!.value as Stored;
    const metadata = {
      ...stored.metadata,
      creationTimestamp: at,
      resourceVersion: String(etcd.revision + 1),
      managedFields: stored.metadata.managedFields?.map((f) => ({ ...f, time: at })),
      annotations: doc.metadata.annotations,
    };
    etcd.put(key, JSON.parse(JSON.stringify({ ...stored, metadata, ...(status !== undefined && { status }) })) as object);
    await lone.advance(0);
    if (doc.kind !== 'CustomResourceDefinition') continue;
    const { group, names, versions } = (
      doc as unknown as { spec: { group: string; names: { kind: string; plural: string }; versions: { name: string }[] } }
    ).spec;
    plurals.set(`${group}/${versions[0]!.name} ${names.kind}`, { plural: names.plural, namespaced: true });
  }
  return { nowMs, snapshot: etcd.snapshot() };
}

/** The bootstrap objects are as old as the cluster. */
function age(etcd: Etcd, key: string, stored: Partial<Stored>, at: string): void {
  if (stored.metadata === undefined) return;
  etcd.put(key, { ...stored, metadata: { ...stored.metadata, creationTimestamp: at, resourceVersion: String(etcd.revision + 1) } });
}

function fail(message: string): never {
  throw new Error(message);
}

async function created(lone: LoneWorld, transport: Transport, path: string, body: object): Promise<Stored> {
  const answer: ApiResponse = await lone.drive(
    transport.request({ method: 'POST', path, query: [['fieldManager', 'setup']], headers: { 'content-type': 'application/json' }, body }),
  );
  if (answer.status !== 201) fail(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as Stored;
}

function keyOf(etcd: Etcd, uid: string): string {
  const found = etcd.range('/').kvs.find((kv) => (kv.value as Partial<Stored>).metadata?.uid === uid);
  return found?.key ?? fail(`${uid} is not stored`);
}

export async function copyState({ nowMs, snapshot }: FrozenState): Promise<Copy> {
  const lone = loneWorld({ seed: 'parity copy', startAtMs: nowMs });
  const etcd = createEtcd(snapshot);
  const server = createApiserver({ world: lone.world, etcd, authorization: 'AlwaysAllow' });
  await lone.advance(0);
  const before = new Map(snapshot.kvs.map((kv) => [kv.key, kv.modRevision]));
  return {
    lone,
    transport: server.transport(),
    changes() {
      const changed: Record<string, unknown> = {};
      const now = etcd.range('/').kvs;
      for (const { key, modRevision, value } of now) if (before.get(key) !== modRevision) changed[key] = canonicalJson(value);
      const left = new Set(now.map(({ key }) => key));
      for (const key of before.keys()) if (!left.has(key)) changed[key] = null;
      return changed;
    },
  };
}
