/** kubeadm's last phase: once the API answers, the addons are applied; then those that were asked for, and the objects that a
 *  lesson starts from. */
import type { World } from '../base/world.ts';
import { addonsAmong } from '../api/addon-names.ts';
import type { AddonName } from '../api/addon-names.ts';
import { customResourceOf } from '../api/custom-resource.ts';
import { isReason } from '../api/errors.ts';
import type { CustomResourceDefinition } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import { CustomResourceDefinitions, RESOURCES, apiVersionOf } from '../api/resources.ts';
import type { Resource } from '../api/resource.ts';
import { TransportError } from '../api/transport.ts';
import type { Transport } from '../api/transport.ts';
import { createClient } from '../client/create-client.ts';
import type { Client } from '../client/client.ts';
import type { Obj } from '../kubectl/obj.ts';
import { clusterAddons } from './addons.ts';

const RETRY_MS = 500;

const isOf =
  (object: KubeObject) =>
  (row: Resource): boolean =>
    row.kind === object.kind && apiVersionOf(row) === object.apiVersion;

async function create(world: World, client: Client, object: KubeObject, custom: readonly Resource[] = []): Promise<void> {
  const resource = RESOURCES.find(isOf(object)) ?? custom.find(isOf(object));
  if (!resource) return;
  for (;;) {
    try {
      await client.create(
        resource,
        resource.namespaced && !object.metadata?.namespace ? { ...object, metadata: { ...object.metadata, namespace: 'default' } } : object,
      );
      return;
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return;
      // A namespace's default account or the API itself may not be there yet; everything else is told by the first read.
      const early =
        error instanceof TransportError ||
        isReason(error, 'NotFound') ||
        isReason(error, 'Forbidden') ||
        isReason(error, 'ServiceUnavailable') ||
        isReason(error, 'InternalError');
      if (!early) throw error;
    }
    await world.clock.sleep(RETRY_MS);
  }
}

export interface Wanted {
  /** Names; unknown ones are left out, as they come from outside. */
  readonly addons?: readonly string[];
  readonly manifests?: readonly object[];
}

export async function installAddons(
  world: World,
  transport: Transport,
  version: string,
  { addons, manifests = [] }: Wanted,
): Promise<void> {
  const client = createClient(transport, { userAgent: 'kubeadm' });
  for (const object of clusterAddons(version)) await create(world, client, object);
  const learner = createClient(transport, { userAgent: 'kubectl-client-side-apply' });
  const objects = [...(await addonObjects(world, addonsAmong(addons))), ...manifests] as readonly KubeObject[];
  const custom = objects.flatMap(resourcesOf);
  for (const object of objects) await create(world, learner, object, custom);
}

/** As `kubectl apply` of what their projects publish leaves them. */
async function addonObjects(world: World, names: readonly AddonName[]): Promise<readonly KubeObject[]> {
  if (names.length === 0) return [];
  const { CATALOGUE } = await world.external(import('../addons/catalogue.ts'));
  const { withLastApplied } = await world.external(import('../kubectl/last-applied.ts'));
  return names.flatMap((name) => CATALOGUE[name].objects()).map((object) => withLastApplied(object as Obj) as KubeObject);
}

/** What a definition among the objects lets be made after it. */
function resourcesOf(object: KubeObject): readonly Resource[] {
  if (!isOf(object)(CustomResourceDefinitions)) return [];
  const definition = object as CustomResourceDefinition;
  return (definition.spec?.versions ?? []).map((version) => customResourceOf(definition, version));
}
