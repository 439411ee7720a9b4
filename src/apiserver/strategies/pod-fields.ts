/** Fields of Pods and of their templates that this server does not know the meaning of: they stand behind feature gates that
 *  Kubernetes 1.33 has off, and go without a word. And what a Pod's affinity takes from its own labels.
 *  Upstream: pkg/api/pod/util.go (DropDisabledPodFields), pkg/registry/core/pod/strategy.go (applyMatchLabelKeysAndMismatchLabelKeys) */
import type { Affinity, Container, Lifecycle, PodAffinityTerm, PodSpec, PodTemplateSpec, Volume } from '../../api/generated/types.ts';
import { mapField, mapItems, without } from './share.ts';

const lifecycleKnown = (lifecycle: Lifecycle): Lifecycle => without(lifecycle, 'stopSignal');

const containerKnown = (container: Container): Container =>
  mapField(mapField(container, 'resources', (resources) => without(resources, 'claims')), 'lifecycle', lifecycleKnown);

const volumeKnown = (volume: Volume): Volume => mapField(without(volume, 'image'), 'projected', (projected) =>
  mapItems(projected, 'sources', (source) => without(source, 'clusterTrustBundle')));

export function knownFields(spec: PodSpec): PodSpec {
  let next = without(spec, 'resources', 'resourceClaims');
  next = mapItems(mapItems(next, 'containers', containerKnown), 'initContainers', containerKnown);
  return mapItems(next, 'volumes', volumeKnown);
}

export const knownTemplate = (template: PodTemplateSpec): PodTemplateSpec => mapField(template, 'spec', knownFields);

type Templated = { readonly spec?: { readonly template?: PodTemplateSpec } };

/** A workload without the fields of its template that are not known here. */
export const withKnownTemplate = <T extends Templated>(it: T): T => mapField(it as Templated, 'spec', (spec) =>
  mapField(spec, 'template', knownTemplate)) as T;

type Labels = Readonly<Record<string, string>>;

function narrowed(term: PodAffinityTerm, labels: Labels): PodAffinityTerm {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  if (!labelSelector) return term;
  const taken = (keys: readonly string[], operator: string) =>
    keys.filter((key) => labels[key] !== undefined).map((key) => ({ key, operator, values: [labels[key]!] }));
  const added = [...taken(matchLabelKeys, 'In'), ...taken(mismatchLabelKeys, 'NotIn')];
  if (added.length === 0) return term;
  return { ...term, labelSelector: { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...added] } };
}

/** A new Pod's terms with the values that matchLabelKeys and mismatchLabelKeys take from its labels. */
export function narrowedAffinity(affinity: Affinity, labels: Labels): Affinity {
  let next = affinity;
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    next = mapField(next, kind, (terms) => mapItems(
      mapItems(terms, 'requiredDuringSchedulingIgnoredDuringExecution', (term) => narrowed(term, labels)),
      'preferredDuringSchedulingIgnoredDuringExecution', (one) => mapField(one, 'podAffinityTerm', (term) => narrowed(term, labels)),
    ));
  }
  return next;
}
