/** ResourceQuotas: what is asked for must fit what is left, and is written down before the object is.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go, pkg/quota/v1/generic/evaluator.go Matches */
import { conflict } from '../../api/errors.ts';
import type { ResourceQuota } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import { addQuantities, compareQuantities, isNegativeQuantity, isZeroQuantity, subtractQuantities } from '../../api/quantity.ts';
import { ResourceQuotas } from '../../api/resources.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';
import { missingResources, scopesMatch, usageOf, type Usage } from '../../api/quota-usage.ts';

const RETRIES = 3;

const printed = (usage: Usage, names: readonly string[]): string => names.map((name) => `${name}=${usage[name] ?? '0'}`).join(',');

/** What the write adds to the usage; an update counts the difference. */
function deltaOf({ operation, resource, object, old }: AdmissionAttributes): Usage {
  const next = object ? usageOf(resource, object) : {};
  if (operation === 'CREATE' || !old) return next;
  const before = usageOf(resource, old);
  const delta: Record<string, string> = {};
  for (const name of new Set([...Object.keys(next), ...Object.keys(before)])) {
    delta[name] = subtractQuantities(next[name] ?? '0', before[name] ?? '0');
  }
  return delta;
}

/** The quota with the new usage, or unchanged where it has no say: as long as its status does not name what is hard, it has none. */
function charge(quota: ResourceQuota, attributes: AdmissionAttributes, delta: Usage): ResourceQuota {
  const { hard = {}, used = {} } = quota.status ?? {};
  const { resource, object, operation } = attributes;
  if (object && operation === 'CREATE') {
    const missing = missingResources(resource, object, Object.keys(hard));
    if (missing) throw refused(attributes, `failed quota: ${nameOf(quota)}: must specify ${missing}`);
  }
  const names = Object.keys(delta).filter((one) => hard[one] !== undefined && !isZeroQuantity(delta[one]!)).sort();
  if (names.length === 0) return quota;
  const unknown = names.filter((one) => used[one] === undefined);
  if (unknown.length > 0) throw refused(attributes, `status unknown for quota: ${nameOf(quota)}, resources: ${unknown.join(',')}`);
  const next: Record<string, string> = { ...used };
  for (const one of names) next[one] = addQuantities(used[one] ?? '0', delta[one]!);
  const exceeded = names.filter((one) => !isNegativeQuantity(delta[one]!) && compareQuantities(next[one]!, hard[one]!) > 0);
  if (exceeded.length > 0) {
    throw refused(attributes, `exceeded quota: ${nameOf(quota)}, requested: ${printed(delta, exceeded)}, `
      + `used: ${printed(used, exceeded)}, limited: ${printed(hard, exceeded)}`);
  }
  for (const one of names) if (isNegativeQuantity(next[one]!)) next[one] = '0';
  return { ...quota, status: { ...quota.status, used: next } };
}

function chargeAll(attributes: AdmissionAttributes, reader: AdmissionReader): void {
  const quotas = reader.list(ResourceQuotas, attributes.namespace);
  if (quotas.length === 0) return;
  const delta = deltaOf(attributes);
  const subject = attributes.object ?? attributes.old;
  const relevant = quotas.filter((quota) => subject && scopesMatch(quota, attributes.resource, subject));
  const changed = relevant.map((quota) => [quota, charge(quota, attributes, delta)] as const).filter(([before, next]) => before !== next);
  if (attributes.dryRun) return;
  for (const [before, next] of changed) {
    let wanted: ResourceQuota = next;
    for (let attempt = 0; reader.replace(ResourceQuotas, wanted) === undefined; attempt++) {
      const now = reader.get(ResourceQuotas, attributes.namespace, nameOf(before));
      if (!now) break;
      if (attempt === RETRIES) throw conflict(ResourceQuotas, nameOf(before));
      wanted = charge(now, attributes, delta);
    }
  }
}

export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  handles: ({ operation, namespace, subresource, resource }) => namespace !== '' && subresource === ''
    && (operation === 'CREATE' || operation === 'UPDATE') && resource.kind !== 'Event' && resource.kind !== 'ResourceQuota',
  validate: chargeAll,
};
