/** Events live an hour after their last write, as under etcd's lease. One timer waits for the oldest.
 *  Upstream: pkg/registry/core/event/storage (--event-ttl) */
import type { World } from '../base/world.ts';
import { Events } from '../api/resources.ts';
import type { ServerState } from './server-state.ts';
import { whileReachable } from './storage.ts';

const TTL_MS = 3_600_000;
/** Events that end within this time of each other end together. */
const SLACK_MS = 10_000;

export function expireEvents(world: World, { hub, kinds, storage }: ServerState): void {
  const kind = kinds.of(Events);
  /** In order of their last write: a Map keeps the order of insertion. */
  const endsAt = new Map<string, number>();
  let timer: Disposable | undefined;
  const sweep = (): void => {
    timer = undefined;
    const now = world.clock.now();
    whileReachable(() => {
      for (const [key, at] of endsAt) {
        if (at > now) break;
        const [namespace = '', name = ''] = key.split('/');
        const found = storage.get(kind, namespace, name);
        if (found !== undefined) storage.remove(kind, namespace, name, found.modRevision);
        endsAt.delete(key);
      }
    });
    arm();
  };
  const arm = (): void => {
    if (timer !== undefined) return;
    for (const at of endsAt.values()) {
      timer = world.clock.setTimer(Math.max(0, at - world.clock.now()) + SLACK_MS, sweep);
      return;
    }
  };
  const note = (key: string): void => {
    endsAt.delete(key);
    endsAt.set(key, world.clock.now() + TTL_MS);
  };
  for (const { metadata } of storage.list(Events)) note(`${metadata.namespace}/${metadata.name}`);
  hub.subscribe(kind, storage.etcd.revision, ({ key, object }) => {
    if (object === undefined) endsAt.delete(key);
    else note(key);
    arm();
  });
  arm();
}
