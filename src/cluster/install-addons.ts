/** kubeadm's last phase: once the API answers, the addons are applied; then the objects that a lesson starts from. */
import type { World } from '../base/world.ts';
import { isReason } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import { RESOURCES, apiVersionOf } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Transport } from '../api/transport.ts';
import { createClient } from '../client/create-client.ts';
import type { Client } from '../client/client.ts';
import { clusterAddons } from './addons.ts';

const RETRY_MS = 500;

async function create(world: World, client: Client, object: KubeObject): Promise<void> {
  const resource = RESOURCES.find((row) => row.kind === object.kind && apiVersionOf(row) === object.apiVersion);
  if (!resource) return;
  for (;;) {
    try {
      await client.create(resource, resource.namespaced && !object.metadata?.namespace ? { ...object, metadata: { ...object.metadata, namespace: 'default' } } : object);
      return;
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return;
      // A namespace's default account or the API itself may not be there yet; everything else is told by the first read.
      const early = error instanceof TransportError || isReason(error, 'NotFound') || isReason(error, 'Forbidden') || isReason(error, 'ServiceUnavailable') || isReason(error, 'InternalError');
      if (!early) throw error;
    }
    await world.clock.sleep(RETRY_MS);
  }
}

export async function installAddons(world: World, transport: Transport, version: string, manifests: readonly object[]): Promise<void> {
  const client = createClient(transport, { userAgent: 'kubeadm' });
  for (const object of clusterAddons(version)) await create(world, client, object);
  const learner = createClient(transport, { userAgent: 'kubectl-client-side-apply' });
  for (const object of manifests) await create(world, learner, object as KubeObject);
}
