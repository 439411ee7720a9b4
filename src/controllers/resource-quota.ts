/** Recounts what quotas have used. Admission adds as objects are made; this takes away when they finish or go, and puts
 *  right what went wrong.
 *  Upstream: pkg/controller/resourcequota/resource_quota_controller.go */
import { equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { Pod, ResourceQuota } from '../api/generated/types.ts';
import { isTerminating, keyOf, namespaceOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { addQuantities, canonicalQuantity } from '../api/quantity.ts';
import { scopesMatch, usageOf } from '../api/quota-usage.ts';
import type { Resource } from '../api/resource.ts';
import { Events, ResourceQuotas } from '../api/resources.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { createDeletable } from './deletable.ts';
import { isFinished } from './pods.ts';

export function createResourceQuotaController(context: ControllerContext): Controller {
  const { client } = context;
  const quotas = context.informer(ResourceQuotas);
  const deletable = createDeletable(context);
  const counted = deletable().filter((resource) => resource.namespaced && resource !== (Events as Resource));
  for (const resource of counted) {
    context.informer(resource).onChange(({ type, object, old }) => {
      if (type === 'delete' || (old !== undefined && freesSomething(resource, object, old))) wake(namespaceOf(object));
    });
  }

  function wake(namespace: string): void {
    for (const quota of quotas.list({ name: 'namespace', value: namespace })) context.enqueue(keyOf(quota));
  }

  async function reconcile(key: string): Promise<void> {
    const quota = quotas.get(key);
    if (quota === undefined || isTerminating(quota)) return;
    const hard = quota.spec?.hard ?? {};
    const used = usedBy(quota);
    if (equal(quota.status?.hard ?? {}, hard) && equal(quota.status?.used ?? {}, used)) return;
    try {
      await client.updateStatus(ResourceQuotas, { ...quota, status: { ...quota.status, hard, used } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  function usedBy(quota: ResourceQuota): Readonly<Record<string, string>> {
    const names = Object.keys(quota.spec?.hard ?? {});
    const used: Record<string, string> = Object.fromEntries(names.map((name) => [name, '0']));
    for (const resource of counted) {
      for (const object of context.informer(resource).list({ name: 'namespace', value: namespaceOf(quota) })) {
        if (!scopesMatch(quota, resource, object)) continue;
        const usage = usageOf(resource, object);
        for (const name of names) if (usage[name] !== undefined) used[name] = addQuantities(used[name]!, usage[name]);
      }
    }
    return Object.fromEntries(names.map((name) => [name, canonicalQuantity(used[name]!) ?? used[name]!]));
  }

  return { name: 'resourcequota-controller', for: ResourceQuotas, reconcile };
}

/** A Pod that ends no longer counts; a Service that changes its type may count differently. */
function freesSomething(resource: Resource, object: KubeObject, old: KubeObject): boolean {
  if (resource.group !== '') return false;
  if (resource.kind === 'Pod') return isFinished(object as Pod) !== isFinished(old as Pod);
  return resource.kind === 'Service' && !equal(usageOf(resource, object), usageOf(resource, old));
}
