/** ConfigMaps and Secrets that Pods of this node refer to: one watch an object, shared by its Pods, gone with the last.
 *  Upstream: pkg/kubelet/util/manager/watch_based_manager.go */
import type { ConfigMap, Secret } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { ConfigMaps, Secrets } from '../api/resources.ts';
import type { Scope, World } from '../base/world.ts';
import type { Client } from '../client/client.ts';
import type { Informer } from '../client/informer.ts';
import { createInformer } from '../client/reflector.ts';

export interface ReferencedObjects {
  configMap(namespace: string, name: string, podUid: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string, podUid: string): Promise<Secret | undefined>;
  /** The Pod is gone: watches that only it needed end. */
  release(podUid: string): void;
}

interface Entry<T extends KubeObject> { readonly informer: Informer<T>; readonly scope: Scope; readonly pods: Set<string> }

export function createReferencedObjects(world: World, client: Client, changed: (podUid: string) => void): ReferencedObjects {
  const configMaps = createShelf(world, client, ConfigMaps, changed);
  const secrets = createShelf(world, client, Secrets, changed);
  return {
    configMap: configMaps.get,
    secret: secrets.get,
    release(podUid) {
      configMaps.release(podUid);
      secrets.release(podUid);
    },
  };
}

function createShelf<T extends KubeObject>(world: World, client: Client, resource: Resource<T>, changed: (podUid: string) => void) {
  const entries = new Map<string, Entry<T>>();
  const keysOf = new Map<string, Set<string>>();

  function entryOf(namespace: string, name: string): Entry<T> {
    const key = `${namespace}/${name}`;
    const known = entries.get(key);
    if (known !== undefined) return known;
    const scope = world.scope(`${resource.plural} ${key}`);
    const informer = createInformer(scope.world, client, resource, { namespace, fieldSelector: `metadata.name=${name}` });
    const entry: Entry<T> = { informer, scope, pods: new Set() };
    informer.onChange(() => {
      if (informer.hasSynced) for (const uid of entry.pods) changed(uid);
    });
    entries.set(key, entry);
    return entry;
  }

  return {
    async get(namespace: string, name: string, podUid: string): Promise<T | undefined> {
      const key = `${namespace}/${name}`;
      const entry = entryOf(namespace, name);
      // Who waits holds it already: another Pod that lets go must not end the watch that this one waits for.
      entry.pods.add(podUid);
      const keys = keysOf.get(podUid);
      if (keys === undefined) keysOf.set(podUid, new Set([key]));
      else keys.add(key);
      if (!entry.informer.hasSynced) await entry.informer.synced();
      return entry.informer.get(key);
    },
    release(podUid: string): void {
      for (const key of keysOf.get(podUid) ?? []) {
        const entry = entries.get(key);
        if (entry === undefined) continue;
        entry.pods.delete(podUid);
        if (entry.pods.size > 0) continue;
        entries.delete(key);
        entry.scope.kill();
      }
      keysOf.delete(podUid);
    },
  };
}
