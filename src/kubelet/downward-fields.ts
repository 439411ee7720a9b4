/** Fields of a Pod that its containers may ask for: `fieldRef` in env and in downwardAPI volumes.
 *  Upstream: pkg/fieldpath/fieldpath.go, pkg/kubelet/kubelet_pods.go (podFieldSelectorRuntimeValue) */
import type { Pod } from '../api/generated/types.ts';

export interface PodFieldFacts {
  readonly nodeName: string;
  readonly hostIP: string;
  readonly podIP: string;
}

/** "" for fields that are not there, as upstream; validation lets no other paths in. */
export function fieldValue(pod: Pod, fieldPath: string, facts: PodFieldFacts): string {
  const key = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (key !== null) return (key[1] === 'labels' ? pod.metadata?.labels : pod.metadata?.annotations)?.[key[2] ?? ''] ?? '';
  switch (fieldPath) {
    case 'metadata.name': return pod.metadata?.name ?? '';
    case 'metadata.namespace': return pod.metadata?.namespace ?? '';
    case 'metadata.uid': return pod.metadata?.uid ?? '';
    case 'metadata.labels': return formatMap(pod.metadata?.labels ?? {});
    case 'metadata.annotations': return formatMap(pod.metadata?.annotations ?? {});
    case 'spec.nodeName': return pod.spec?.nodeName ?? facts.nodeName;
    case 'spec.serviceAccountName': return pod.spec?.serviceAccountName ?? '';
    case 'status.hostIP': case 'status.hostIPs': return facts.hostIP;
    case 'status.podIP': case 'status.podIPs': return facts.podIP;
    default: return '';
  }
}

/** `key="value"` a line, values quoted as Go's %q does. */
function formatMap(map: Readonly<Record<string, string>>): string {
  return Object.keys(map).sort().map((key) => `${key}=${JSON.stringify(map[key])}`).join('\n');
}
