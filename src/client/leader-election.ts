/** One of several replicas works, the others stand by: whoever holds the Lease and renews it. A holder that could not
 *  renew for 10 s gives up; a Lease not renewed for 15 s, by the watcher's own clock, may be taken.
 *  Upstream: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go */
import { rfc3339Micro } from '../base/time.ts';
import type { World } from '../base/world.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { Lease } from '../api/generated/types.ts';
import { Leases } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Client } from './client.ts';
import type { EventRecorder } from './events.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly namespace: string;
  readonly name: string;
  /** `<machine>_<uuid>`. */
  readonly identity: string;
}

const LEASE_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2000;
/** Differs from Kubernetes: the holder renews every 5 s, not every 2 s; an idle cluster would do little else. */
const RENEW_MS = 5000;
const JITTER = 1.2;

export interface Leadership {
  /** Resolves when this replica leads. */
  acquired(): Promise<void>;
  /** Keeps renewing; resolves when the Lease is lost. The component must stop then. */
  lost(): Promise<void>;
}

export function createLeadership(world: World, options: LeaderElectionOptions): Leadership {
  const { client, recorder, namespace, name, identity } = options;
  const random = world.random.fork(`leader:${name}`);
  let seen: Lease | undefined;
  let seenAt = 0;

  const observe = (lease: Lease): void => {
    if (seen !== undefined && seen.metadata?.resourceVersion === lease.metadata?.resourceVersion) return;
    seen = lease;
    seenAt = world.clock.now();
  };
  const microTime = (): string => rfc3339Micro(world.clock.now(), world.clock.micros() % 1000);

  /** True while this replica holds the Lease, made or renewed by this very call. */
  async function tryAcquireOrRenew(): Promise<boolean> {
    const now = microTime();
    if (seen?.spec?.holderIdentity === identity && world.clock.now() < seenAt + LEASE_MS) {
      observe(await client.update(Leases, { ...seen, spec: { ...seen.spec, renewTime: now } }));
      return true;
    }
    try {
      observe(await client.get(Leases, name, namespace));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
      const spec = {
        holderIdentity: identity,
        leaseDurationSeconds: LEASE_MS / 1000,
        acquireTime: now,
        renewTime: now,
        leaseTransitions: 0,
      };
      observe(await client.create(Leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec }));
      return true;
    }
    const held = seen as Lease;
    const holder = held.spec?.holderIdentity ?? '';
    if (holder !== '' && holder !== identity && world.clock.now() < seenAt + LEASE_MS) return false;
    const mine = holder === identity;
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_MS / 1000,
      renewTime: now,
      acquireTime: mine ? held.spec?.acquireTime : now,
      leaseTransitions: (held.spec?.leaseTransitions ?? 0) + (mine ? 0 : 1),
    };
    observe(await client.update(Leases, { ...held, spec }));
    return true;
  }

  /** A refusal or a server out of reach counts as a try that failed. */
  async function attempt(): Promise<boolean> {
    try {
      return await tryAcquireOrRenew();
    } catch (error) {
      if (error instanceof ApiError || error instanceof TransportError) {
        if (isReason(error, 'Conflict')) seen = undefined;
        return false;
      }
      throw error;
    }
  }

  return {
    async acquired() {
      while (!(await attempt())) await world.clock.sleep(RETRY_MS + random.int(Math.round(RETRY_MS * JITTER)));
      recorder.event(Leases, seen as Lease, 'Normal', 'LeaderElection', `${identity} became leader`);
    },
    async lost() {
      let renewedAt = world.clock.now();
      while (world.clock.now() - renewedAt < RENEW_DEADLINE_MS) {
        await world.clock.sleep(world.clock.now() === renewedAt ? RENEW_MS : RETRY_MS);
        if (await attempt()) renewedAt = world.clock.now();
        else if (seen !== undefined && seen.spec?.holderIdentity !== identity) break;
      }
      recorder.event(Leases, { metadata: { name, namespace } }, 'Normal', 'LeaderElection', `${identity} stopped leading`);
    },
  };
}
