/** What runs on the node, by Pod: fed by the runtime's events, so that nobody has to ask again and again.
 *  Upstream: pkg/kubelet/pleg/evented.go, pkg/kubelet/container/cache.go */
import type { Runtime, RuntimeEvent } from '../cri/runtime.ts';
import type { ContainerRecord, PodView, SandboxRecord } from './pod-view.ts';

export interface PodCache {
  view(podUid: string): PodView;
  /** "" before its sandbox has one. */
  addressOf(podUid: string): string;
  podUids(): readonly string[];
  podOf(containerId: string): string | undefined;
  addSandbox(podUid: string, sandbox: SandboxRecord): void;
  addContainer(podUid: string, id: string): void;
  /** What the API says ran here before the node restarted and the runtime forgot it. */
  remember(podUid: string, sandbox: SandboxRecord | undefined, containers: readonly ContainerRecord[]): void;
  /** The runtime has it no more, and nobody needs to know that it was there. */
  dropContainer(podUid: string, id: string): void;
  drop(podUid: string): void;
}

interface Entry {
  /** Newest first. */
  readonly sandboxes: SandboxRecord[];
  readonly containers: string[];
  remembered: readonly ContainerRecord[];
}

export function createPodCache(runtime: Runtime, happened: (podUid: string, event: RuntimeEvent) => void): PodCache {
  const entries = new Map<string, Entry>();
  const owners = new Map<string, string>();
  const entryOf = (uid: string): Entry => {
    let entry = entries.get(uid);
    if (entry === undefined) entries.set(uid, entry = { sandboxes: [], containers: [], remembered: [] });
    return entry;
  };
  const bySandbox = new Map<string, string>();
  for (const sandbox of [...runtime.listPodSandboxes()].sort((a, b) => a.createdAtMs - b.createdAtMs)) {
    entryOf(sandbox.config.uid).sandboxes.unshift(sandbox);
    bySandbox.set(sandbox.id, sandbox.config.uid);
  }
  for (const container of [...runtime.listContainers()].sort((a, b) => a.createdAtMs - b.createdAtMs)) {
    const uid = bySandbox.get(container.sandboxId);
    if (uid === undefined) continue;
    entryOf(uid).containers.unshift(container.id);
    owners.set(container.id, uid);
  }

  const cache: PodCache = {
    view(podUid) {
      const entry = entries.get(podUid);
      if (entry === undefined) return { sandboxes: [], containers: [] };
      const containers: ContainerRecord[] = [];
      for (const id of entry.containers) {
        const status = runtime.containerStatus(id);
        if (status !== undefined) containers.push(status);
      }
      return { sandboxes: entry.sandboxes, containers: entry.remembered.length === 0 ? containers : [...containers, ...entry.remembered] };
    },
    addressOf: (podUid) => entries.get(podUid)?.sandboxes[0]?.ip ?? '',
    podUids: () => [...entries.keys()],
    podOf: (containerId) => owners.get(containerId),
    addSandbox: (podUid, sandbox) => void entryOf(podUid).sandboxes.unshift(sandbox),
    addContainer(podUid, id) {
      entryOf(podUid).containers.unshift(id);
      owners.set(id, podUid);
    },
    remember(podUid, sandbox, containers) {
      const entry = entryOf(podUid);
      if (sandbox !== undefined) entry.sandboxes.push(sandbox);
      entry.remembered = containers;
    },
    dropContainer(podUid, id) {
      const entry = entries.get(podUid);
      if (entry === undefined) return;
      const at = entry.containers.indexOf(id);
      if (at >= 0) entry.containers.splice(at, 1);
      entry.remembered = entry.remembered.filter((each) => each.id !== id);
      owners.delete(id);
    },
    drop(podUid) {
      for (const id of entries.get(podUid)?.containers ?? []) owners.delete(id);
      entries.delete(podUid);
    },
  };

  runtime.onEvent((event) => {
    const entry = entries.get(event.podUid);
    if (entry === undefined) return;
    if (event.type === 'sandbox-stopped' || event.type === 'sandbox-removed') {
      const at = entry.sandboxes.findIndex((each) => each.id === event.id);
      const known = entry.sandboxes[at];
      if (known !== undefined && event.type === 'sandbox-stopped') entry.sandboxes[at] = { ...known, state: 'notready' };
      else if (known !== undefined) entry.sandboxes.splice(at, 1);
    } else if (event.type === 'container-removed') cache.dropContainer(event.podUid, event.id);
    happened(event.podUid, event);
  });
  return cache;
}
