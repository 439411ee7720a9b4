/** LimitRanges: defaults for containers that say nothing, and bounds for all.
 *  Upstream: plugin/pkg/admission/limitranger/admission.go */
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../../api/generated/types.ts';
import type { KubeObject } from '../../api/object.ts';
import { addQuantities, compareQuantities, quantityMillis } from '../../api/quantity.ts';
import { LimitRanges } from '../../api/resources.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { refused } from './refusal.ts';
import { fill, mapItems } from '../strategies/share.ts';

type List = Readonly<Record<string, string>>;

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Defaults of all LimitRanges together; of two that speak of one resource the first counts. */
function containerDefaults(ranges: readonly LimitRange[]): { readonly limits: List; readonly requests: List } {
  let [limits, requests]: List[] = [{}, {}];
  for (const item of ranges.flatMap(({ spec }) => spec?.limits ?? [])) {
    if (item.type !== 'Container') continue;
    limits = fill(limits!, item.default ?? {});
    requests = fill(requests!, item.defaultRequest ?? {});
  }
  return { limits: limits!, requests: requests! };
}

const added = (list: List | undefined, defaults: List): readonly string[] =>
  Object.keys(defaults).filter((name) => list?.[name] === undefined).sort();

function withDefaults(container: Container, kind: string, defaults: { readonly limits: List; readonly requests: List }, notes: string[]): Container {
  const { limits, requests } = container.resources ?? {};
  const [newRequests, newLimits] = [added(requests, defaults.requests), added(limits, defaults.limits)];
  if (newRequests.length === 0 && newLimits.length === 0) return container;
  if (newRequests.length > 0) notes.push(`${newRequests.join(', ')} request for ${kind} ${container.name}`);
  if (newLimits.length > 0) notes.push(`${newLimits.join(', ')} limit for ${kind} ${container.name}`);
  return {
    ...container,
    resources: {
      ...container.resources,
      ...((limits || newLimits.length > 0) && { limits: fill(limits ?? {}, defaults.limits) }),
      ...((requests || newRequests.length > 0) && { requests: fill(requests ?? {}, defaults.requests) }),
    },
  };
}

function podWithDefaults(pod: Pod, ranges: readonly LimitRange[]): Pod {
  const defaults = containerDefaults(ranges);
  const notes: string[] = [];
  let spec = mapItems(pod.spec!, 'containers', (one) => withDefaults(one, 'container', defaults, notes));
  spec = mapItems(spec, 'initContainers', (one) => withDefaults(one, 'init container', defaults, notes));
  if (notes.length === 0) return pod;
  const annotations = { ...pod.metadata?.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec };
}

interface Use { readonly limits: List; readonly requests: List }

function checkMin(errors: string[], type: string, name: string, min: string, { limits, requests }: Use): void {
  const text = `minimum ${name} usage per ${type} is ${min}`;
  const [request, limit] = [requests[name], limits[name]];
  if (request === undefined) errors.push(`${text}.  No request is specified`);
  else if (compareQuantities(request, min) < 0) errors.push(`${text}, but request is ${request}`);
  else if (limit !== undefined && compareQuantities(limit, min) < 0) errors.push(`${text}, but limit is ${limit}`);
}

function checkMax(errors: string[], type: string, name: string, max: string, { limits, requests }: Use): void {
  const text = `maximum ${name} usage per ${type} is ${max}`;
  const [request, limit] = [requests[name], limits[name]];
  if (limit === undefined) errors.push(`${text}.  No limit is specified`);
  else if (compareQuantities(limit, max) > 0) errors.push(`${text}, but limit is ${limit}`);
  else if (request !== undefined && compareQuantities(request, max) > 0) errors.push(`${text}, but request is ${request}`);
}

function checkRatio(errors: string[], type: string, name: string, ratio: string, { limits, requests }: Use): void {
  const text = `${name} max limit to request ratio per ${type} is ${ratio}`;
  const [request, limit] = [quantityMillis(requests[name] ?? '0'), quantityMillis(limits[name] ?? '0')];
  if (limit === 0) errors.push(`${text}, but no limit is specified or limit is 0`);
  else if (request === 0) errors.push(`${text}, but no request is specified or request is 0`);
  else if (limit / request > quantityMillis(ratio) / 1000) errors.push(`${text}, but provided ratio is ${(limit / request).toFixed(6)}`);
}

function checkUse(errors: string[], item: LimitRangeItem, use: Use): void {
  for (const [name, min] of Object.entries(item.min ?? {})) checkMin(errors, item.type, name, min, use);
  for (const [name, max] of Object.entries(item.max ?? {})) checkMax(errors, item.type, name, max, use);
  for (const [name, ratio] of Object.entries(item.maxLimitRequestRatio ?? {})) checkRatio(errors, item.type, name, ratio, use);
}

const useOf = (container: Container): Use => ({ limits: container.resources?.limits ?? {}, requests: container.resources?.requests ?? {} });

/** The sum over containers, or what the hungriest init container needs; only what every container says counts. */
function podTotal(pod: Pod, of: (container: Container) => List): List {
  const containers = pod.spec?.containers ?? [];
  const total: Record<string, string> = {};
  for (const [index, container] of containers.entries()) {
    for (const [name, quantity] of Object.entries(of(container))) {
      if (!containers.every((other) => of(other)[name] !== undefined)) continue;
      total[name] = index === 0 ? quantity : addQuantities(total[name] ?? '0', quantity);
    }
  }
  for (const container of pod.spec?.initContainers ?? []) {
    for (const [name, quantity] of Object.entries(of(container))) {
      if (total[name] === undefined || compareQuantities(quantity, total[name]) > 0) total[name] = quantity;
    }
  }
  return total;
}

function podProblems(pod: Pod, item: LimitRangeItem): readonly string[] {
  const errors: string[] = [];
  if (item.type === 'Container') {
    for (const container of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]) checkUse(errors, item, useOf(container));
  } else if (item.type === 'Pod') {
    checkUse(errors, item, {
      limits: podTotal(pod, (one) => one.resources?.limits ?? {}), requests: podTotal(pod, (one) => one.resources?.requests ?? {}),
    });
  }
  return errors;
}

function claimProblems(claim: PersistentVolumeClaim, item: LimitRangeItem): readonly string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  const errors: string[] = [];
  const requests = claim.spec?.resources?.requests ?? {};
  for (const [name, min] of Object.entries(item.min ?? {})) checkMin(errors, item.type, name, min, { limits: {}, requests });
  for (const [name, max] of Object.entries(item.max ?? {})) {
    const text = `maximum ${name} usage per ${item.type} is ${max}`;
    const request = requests[name];
    if (request === undefined) errors.push(`${text}.  No request is specified`);
    else if (compareQuantities(request, max) > 0) errors.push(`${text}, but request is ${request}`);
  }
  return errors;
}

function checkBounds(attributes: AdmissionAttributes, ranges: readonly LimitRange[]): void {
  const isPod = attributes.resource.kind === 'Pod';
  const problemsOf = (item: LimitRangeItem): readonly string[] =>
    (isPod ? podProblems(attributes.object as Pod, item) : claimProblems(attributes.object as PersistentVolumeClaim, item));
  for (const { spec } of ranges) {
    const problems = [...new Set((spec?.limits ?? []).flatMap(problemsOf))];
    if (problems.length === 0) continue;
    throw refused(attributes, problems.length === 1 ? problems[0]! : `[${problems.join(', ')}]`);
  }
}

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  handles: ({ operation, resource, subresource }) => resource.group === '' && subresource === ''
    && ((resource.kind === 'Pod' && operation === 'CREATE')
      || (resource.kind === 'PersistentVolumeClaim' && (operation === 'CREATE' || operation === 'UPDATE'))),
  admit(object, { resource, namespace }, reader): KubeObject {
    if (resource.kind !== 'Pod' || !(object as Pod).spec) return object;
    const ranges = reader.list(LimitRanges, namespace);
    return ranges.length === 0 ? object : podWithDefaults(object as Pod, ranges);
  },
  validate(attributes, reader) {
    const ranges = reader.list(LimitRanges, attributes.namespace);
    if (ranges.length > 0) checkBounds(attributes, ranges);
  },
};
