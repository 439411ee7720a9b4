/** Writes Events for a component, one after another, behind its back. A refused event is dropped; one that did not reach
 *  the server is tried again every 10 s, 12 times.
 *  Upstream: staging/src/k8s.io/client-go/tools/record/event.go */
import { Queue } from '../base/queue.ts';
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { CoreV1Event } from '../api/generated/types.ts';
import { apiVersionOf, Events } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Client } from './client.ts';
import { createEventCorrelation, type Correlated } from './event-correlation.ts';
import type { EventRecorder } from './events.ts';

export interface EventSourceName {
  /** "deployment-controller", "kubelet": `source.component` and `reportingComponent`. */
  readonly component: string;
  /** The node's name, for what runs on a node. */
  readonly host?: string;
}

const TRIES_MAX = 12;
const RETRY_MS = 10_000;
const WAITING_MAX = 1000;

export function createRecorder(world: World, client: Client, source: EventSourceName): EventRecorder {
  const nameOf = createEventNames(world, source);
  const correlation = createEventCorrelation(world.clock, nameOf);
  const queue = new Queue<CoreV1Event>(world);
  let waiting = 0;

  world.spawn(`events of ${source.component}`, async () => {
    for await (const event of queue) {
      waiting -= 1;
      const correlated = correlation.correlate(event);
      if (correlated.action !== 'skip') await write(correlated);
    }
  });

  async function write(correlated: Exclude<Correlated, { readonly action: 'skip' }>): Promise<void> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      try {
        correlation.written(correlated.key, await send(correlated));
        return;
      } catch (error) {
        if (error instanceof ApiError) return;
        if (!(error instanceof TransportError)) throw error;
        await world.clock.sleep(RETRY_MS);
      }
    }
  }

  async function send(correlated: Exclude<Correlated, { readonly action: 'skip' }>): Promise<CoreV1Event> {
    const { event } = correlated;
    if (correlated.action === 'patch') {
      try {
        return await client.patch(Events, event.metadata.name ?? '', event.metadata.namespace, 'strategic', correlated.patch);
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    }
    return client.create(Events, event);
  }

  return {
    event(resource, object, type, reason, message, options = {}) {
      if (waiting >= WAITING_MAX) return;
      waiting += 1;
      const meta = object.metadata ?? {};
      const at = rfc3339(world.clock.now());
      queue.push({
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: nameOf(meta.name ?? ''), namespace: meta.namespace ?? 'default' },
        involvedObject: {
          kind: resource.kind,
          ...(meta.namespace !== undefined && { namespace: meta.namespace }),
          name: meta.name,
          uid: meta.uid,
          apiVersion: apiVersionOf(resource),
          resourceVersion: meta.resourceVersion,
          ...(options.fieldPath !== undefined && { fieldPath: options.fieldPath }),
        },
        reason,
        message,
        type,
        count: 1,
        firstTimestamp: at,
        lastTimestamp: at,
        source: { component: source.component, ...(source.host !== undefined && { host: source.host }) },
        reportingComponent: source.component,
        reportingInstance: source.host ?? '',
      });
    },
  };
}

/** `<object>.<nanoseconds in hexadecimal>`. Real clocks never show one nanosecond twice; ours stands still while a
 *  component thinks, so below the microsecond it counts, from a place of the component's own. */
function createEventNames(world: World, source: EventSourceName): (object: string) => string {
  const random = world.random.fork(`events:${source.component}:${source.host ?? ''}`);
  let last = 0n;
  return (object) => {
    const micros = BigInt(world.clock.now()) * 1000n + BigInt(world.clock.micros() % 1000);
    const now = micros * 1000n + BigInt(random.int(1000));
    last = now > last ? now : last + 1n;
    return `${object}.${last.toString(16)}`;
  };
}
