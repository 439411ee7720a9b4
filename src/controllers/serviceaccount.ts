/** Every active namespace has a ServiceAccount called default.
 *  Upstream: pkg/controller/serviceaccount/serviceaccounts_controller.go */
import { isReason } from '../api/errors.ts';
import { isTerminating, nameOf, namespaceOf } from '../api/meta.ts';
import { Namespaces, ServiceAccounts } from '../api/resources.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { isNamespaceTerminating } from './pod-control.ts';

const DEFAULT = 'default';

export function createServiceAccountController(context: ControllerContext): Controller {
  const { client, world } = context;
  const namespaces = context.informer(Namespaces);
  const accounts = context.informer(ServiceAccounts);
  const name = 'serviceaccount-controller';

  async function reconcile(key: string): Promise<void> {
    const namespace = namespaces.get(key);
    if (namespace === undefined || isTerminating(namespace) || accounts.get(`${key}/${DEFAULT}`) !== undefined) return;
    try {
      await client.create(ServiceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEFAULT, namespace: key } });
    } catch (error) {
      if (isReason(error, 'AlreadyExists') || isReason(error, 'NotFound') || isNamespaceTerminating(error)) return;
      throw error;
    }
    const object = { resource: 'namespaces', name: key, uid: namespace.metadata?.uid };
    world.trace({
      type: 'decision',
      actor: name,
      object,
      did: 'made ServiceAccount default',
      because: 'Pods of a namespace run as its default ServiceAccount unless they name another.',
    });
  }

  return {
    name,
    for: Namespaces,
    reconcile,
    watches: [{ resource: ServiceAccounts, toKeys: (account) => (nameOf(account) === DEFAULT ? [namespaceOf(account)] : []) }],
  };
}
