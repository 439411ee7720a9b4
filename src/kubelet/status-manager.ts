/** Tells the API what each Pod's status is: the newest only, one request a Pod at a time, as a patch of what differs.
 *  What cannot be told while the API is away is told when it is back. A Pod that has ended and was deleted is taken away
 *  for good once its last status is there.
 *  Upstream: pkg/kubelet/status/status_manager.go */
import { isReason, ApiError } from '../api/errors.ts';
import type { Pod, PodStatus } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import { equal } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { Client } from '../client/client.ts';

export interface StatusManager {
  /** What was reported last. */
  get(podUid: string): PodStatus | undefined;
  /** Frozen from here on. */
  set(pod: Pod, status: PodStatus): void;
  /** Nothing of the Pod runs any more: its deletion may be finished. */
  finish(pod: Pod): void;
  forget(podUid: string): void;
  /** The API object may have changed, or a mirror Pod has appeared. */
  nudge(podUid: string): void;
}

interface Entry {
  readonly uid: string;
  status: PodStatus | undefined;
  /** What the API answered last. */
  written: Pod | undefined;
  finished: boolean;
  /** The last DELETE has been sent. */
  removed: boolean;
  busy: boolean;
  again: boolean;
}

const RETRY_MS = 10_000;

/** `apiPod` is the object that shows this Pod in the API: itself, or the mirror of a static Pod; undefined while there is none. */
export function createStatusManager(world: World, client: Client, apiPod: (podUid: string) => Pod | undefined): StatusManager {
  const entries = new Map<string, Entry>();

  function entryOf(uid: string): Entry {
    let entry = entries.get(uid);
    if (entry === undefined) entries.set(uid, entry = { uid, status: undefined, written: undefined, finished: false, removed: false, busy: false, again: false });
    return entry;
  }

  function wake(entry: Entry): void {
    if (entry.busy) {
      entry.again = true;
      return;
    }
    entry.busy = true;
    world.spawn('pod status', () => work(entry));
  }

  async function work(entry: Entry): Promise<void> {
    do {
      entry.again = false;
      try {
        await step(entry);
      } catch (error) {
        if (!(error instanceof TransportError) && !(error instanceof ApiError)) throw error;
        if (!isReason(error, 'Conflict')) await world.clock.sleep(RETRY_MS);
        entry.again = true;
      }
    } while (entry.again && entries.get(entry.uid) === entry);
    entry.busy = false;
  }

  async function step(entry: Entry): Promise<void> {
    const base = newest(entry, apiPod(entry.uid));
    if (base === undefined || entry.status === undefined) return;
    const { name = '', namespace, uid } = base.metadata ?? {};
    const patch = statusPatch(base.status ?? {}, entry.status);
    if (patch !== undefined) {
      const metadata = { uid, ...('conditions' in patch && { resourceVersion: base.metadata?.resourceVersion }) };
      try {
        entry.written = await client.patch(Pods, name, namespace, 'merge', { metadata, status: patch }, { subresource: 'status' });
      } catch (error) {
        if (isReason(error, 'NotFound')) return;
        if (isReason(error, 'Conflict')) entry.written = await reread(base);
        throw error;
      }
    }
    if (!entry.finished || entry.removed || base.metadata?.deletionTimestamp === undefined) return;
    await remove(name, namespace, uid);
    entry.removed = true;
  }

  async function reread(base: Pod): Promise<Pod | undefined> {
    try {
      const found = await client.get(Pods, base.metadata?.name ?? '', base.metadata?.namespace);
      return found.metadata?.uid === base.metadata?.uid ? found : undefined;
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async function remove(name: string, namespace: string | undefined, uid: string | undefined): Promise<void> {
    try {
      await client.delete(Pods, name, namespace, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  }

  return {
    get: (podUid) => entries.get(podUid)?.status,
    set(pod, status) {
      const entry = entryOf(pod.metadata?.uid ?? '');
      if (entry.status !== undefined && equal(entry.status, status)) return;
      entry.status = status;
      wake(entry);
    },
    finish(pod) {
      const entry = entryOf(pod.metadata?.uid ?? '');
      entry.finished = true;
      if (!entry.removed) wake(entry);
    },
    forget: (podUid) => void entries.delete(podUid),
    nudge(podUid) {
      const entry = entries.get(podUid);
      if (entry?.status === undefined || entry.busy) return;
      const base = newest(entry, apiPod(podUid));
      if (base !== undefined && ((entry.finished && !entry.removed) || statusPatch(base.status ?? {}, entry.status) !== undefined)) wake(entry);
    },
  };
}

/** Our own last answer may be newer than what the watch has brought. Revisions of one object only grow. */
function newest(entry: Entry, seen: Pod | undefined): Pod | undefined {
  const { written } = entry;
  if (seen === undefined || written === undefined || written.metadata?.uid !== seen.metadata?.uid) return seen;
  return Number(written.metadata?.resourceVersion ?? 0) > Number(seen.metadata?.resourceVersion ?? 0) ? written : seen;
}

/** A merge patch from the one status to the other; undefined: they are the same. */
function statusPatch(from: PodStatus, to: PodStatus): Record<string, unknown> | undefined {
  let patch: Record<string, unknown> | undefined;
  const note = (key: string, value: unknown): void => { (patch ??= {})[key] = value; };
  const old = from as Readonly<Record<string, unknown>>;
  const wanted = to as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(wanted)) if (!equal(old[key], wanted[key])) note(key, wanted[key]);
  for (const key of ['reason', 'message']) if (old[key] !== undefined && wanted[key] === undefined) note(key, null);
  return patch;
}
