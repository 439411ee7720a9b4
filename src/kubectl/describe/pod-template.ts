/** The Pod template of a workload, and what Pods and templates share at their end.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go DescribePodTemplate */
import type { PodTemplateSpec, Toleration, TopologySpreadConstraint } from '../../api/generated/types.ts';
import { formatLabelSelector } from '../../api/selectors.ts';
import { describeContainers } from './containers.ts';
import { type Text, annotationLines, labelLines } from './text.ts';
import { describeVolumes } from './volumes.ts';

const unresolved = (): string => '';

/** `extra`: annotations that rollout history shows with the template. */
export function describePodTemplate(
  text: Text,
  template: PodTemplateSpec | undefined,
  extra: readonly (readonly [string, string, string])[] = [],
): void {
  text.raw('Pod Template:\n');
  const spec = template?.spec;
  if (spec === undefined) {
    text.line(1, '<unset>');
    return;
  }
  labelLines(text, '  Labels', template?.metadata?.labels);
  const causes = Object.fromEntries(
    extra.filter(([, , value]) => value !== '' && value !== '<none>').map(([, key, value]) => [key, value]),
  );
  const annotations = { ...template?.metadata?.annotations, ...causes };
  if (Object.keys(annotations).length > 0) annotationLines(text, '  Annotations', annotations);
  if (spec.serviceAccountName) text.line(1, `Service Account:\t${spec.serviceAccountName}`);
  if (spec.initContainers !== undefined && spec.initContainers.length > 0)
    describeContainers(text, 'Init Containers', spec.initContainers, undefined, unresolved, '  ');
  describeContainers(text, 'Containers', spec.containers, undefined, unresolved, '  ');
  describeVolumes(text, spec.volumes, '  ');
  topologySpread(text, spec.topologySpreadConstraints, '  ');
  if (spec.priorityClassName) text.line(1, `Priority Class Name:\t${spec.priorityClassName}`);
  labelLines(text, '  Node-Selectors', spec.nodeSelector);
  tolerationLines(text, '  Tolerations', spec.tolerations);
}

export function topologySpread(text: Text, constraints: readonly TopologySpreadConstraint[] | undefined, indent: string): void {
  const all = [...(constraints ?? [])].sort((a, b) => (a.topologyKey < b.topologyKey ? -1 : a.topologyKey > b.topologyKey ? 1 : 0));
  all.forEach((c, i) => {
    const head = i === 0 ? `${indent}Topology Spread Constraints:\t` : `${indent}\t`;
    const selector = c.labelSelector === undefined ? '' : ` for selector ${formatLabelSelector(c.labelSelector)}`;
    text.raw(`${head}${c.topologyKey}:${c.whenUnsatisfiable} when max skew ${c.maxSkew} is exceeded${selector}\n`);
  });
}

export function tolerationLines(text: Text, title: string, tolerations: readonly Toleration[] | undefined): void {
  const all = [...(tolerations ?? [])].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : (a.key ?? '') > (b.key ?? '') ? 1 : 0));
  if (all.length === 0) text.raw(`${title}:\t<none>\n`);
  all.forEach((t, i) => text.raw(`${i === 0 ? `${title}:` : ''}\t${tolerationText(t)}\n`));
}

function tolerationText(t: Toleration): string {
  let text = `${t.key ?? ''}${t.value ? `=${t.value}` : ''}${t.effect ? `:${t.effect}` : ''}`;
  if (t.operator === 'Exists' && !t.value) text += text === '' ? 'op=Exists' : ' op=Exists';
  return t.tolerationSeconds === undefined ? text : `${text} for ${t.tolerationSeconds}s`;
}
