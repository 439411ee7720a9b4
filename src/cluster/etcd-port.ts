/** etcd as the apiserver reaches it: while the etcd process is down every call fails as a store without a leader does, and
 *  watches pause; the data outlives the process. */
import { disposable } from '../base/dispose.ts';
import { onKilled } from '../base/scope.ts';
import type { Settle, World } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import type { Etcd } from '../etcd/etcd.ts';

export interface EtcdPort {
  readonly etcd: Etcd;
  /** The etcd process serves until its world is killed. */
  open(world: World, store: Etcd): void;
  opened(world: World): Promise<void>;
}

function unavailable(): ApiError {
  return new ApiError({
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'etcdserver: request timed out', reason: 'InternalError',
    details: { causes: [{ message: 'etcdserver: request timed out' }] }, code: 500,
  });
}

export function createEtcdPort(): EtcdPort {
  let store: Etcd | undefined;
  const waiting = new Set<Settle<void>>();
  const need = (): Etcd => {
    if (!store) throw unavailable();
    return store;
  };
  const etcd: Etcd = {
    get revision() { return need().revision; },
    get compactedRevision() { return need().compactedRevision; },
    get: (key, atRevision) => need().get(key, atRevision),
    range: (prefix, options) => need().range(prefix, options),
    put: (key, value, ifModRevision) => need().put(key, value, ifModRevision),
    delete: (key, ifModRevision) => need().delete(key, ifModRevision),
    watch: (prefix, afterRevision, sink) => need().watch(prefix, afterRevision, sink),
    compact: (throughRevision) => need().compact(throughRevision),
    snapshot: () => need().snapshot(),
  };
  return {
    etcd,
    open(world, opened) {
      store = opened;
      for (const settle of waiting) settle.resolve();
      waiting.clear();
      onKilled(world, () => { store = undefined; });
    },
    async opened(world) {
      if (store) return;
      await world.suspend<void>((settle) => {
        waiting.add(settle);
        return disposable(() => waiting.delete(settle));
      });
    },
  };
}
