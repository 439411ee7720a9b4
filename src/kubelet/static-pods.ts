/** Pods that the kubelet runs by itself, from manifests on the node: the control plane is made of them. Each is shown in
 *  the API by a mirror Pod, which nobody can change and which comes back when deleted.
 *  Upstream: pkg/kubelet/config/common.go (applyDefaults), pkg/kubelet/config/file.go, pkg/kubelet/pod/mirror_client.go */
import type { Container, Pod } from '../api/generated/types.ts';
import { canonical } from '../base/json.ts';
import { Fingerprint } from '../base/hash.ts';

const CONFIG = 'kubernetes.io/config.';

/** The Pod as the kubelet runs it: named after the node, with a UID that depends on the manifest alone. */
export function staticPod(manifest: Pod, nodeName: string, seenAt: string): Pod {
  const uid = uidOf(`${nodeName} ${canonical(manifest)}`);
  const { name = '', namespace = 'default', annotations, labels } = manifest.metadata ?? {};
  const spec = manifest.spec ?? { containers: [] };
  return {
    apiVersion: 'v1', kind: 'Pod',
    metadata: {
      name: `${name}-${nodeName}`, namespace, uid, ...(labels !== undefined && { labels }),
      annotations: { ...annotations, [`${CONFIG}hash`]: uid, [`${CONFIG}seen`]: seenAt, [`${CONFIG}source`]: 'file' },
    },
    spec: {
      ...spec, nodeName,
      containers: spec.containers.map(withDefaults),
      ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(withDefaults) }),
      restartPolicy: spec.restartPolicy ?? 'Always', dnsPolicy: spec.dnsPolicy ?? 'ClusterFirst', enableServiceLinks: spec.enableServiceLinks ?? true,
      terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30, schedulerName: spec.schedulerName ?? 'default-scheduler',
      securityContext: spec.securityContext ?? {},
      tolerations: [...(spec.tolerations ?? []), { effect: 'NoExecute', operator: 'Exists' }],
    },
  };
}

/** 32 hex digits, as of an MD5 sum. */
function uidOf(text: string): string {
  const print = new Fingerprint();
  print.add(text);
  return print.text().slice(-32);
}

function withDefaults(container: Container): Container {
  const image = container.image ?? '';
  const tag = image.slice(image.lastIndexOf('/') + 1);
  const latest = !tag.includes(':') || tag.endsWith(':latest');
  return {
    ...container,
    imagePullPolicy: container.imagePullPolicy ?? (latest && !image.includes('@') ? 'Always' : 'IfNotPresent'),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy ?? 'File',
    resources: container.resources ?? {},
  };
}

/** What the API gets to show for it. */
export function mirrorOf(pod: Pod, node: { readonly name: string; readonly uid: string }): Pod {
  const { uid, ...metadata } = pod.metadata ?? {};
  return {
    ...pod,
    metadata: {
      ...metadata, annotations: { ...metadata.annotations, [`${CONFIG}mirror`]: uid ?? '' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid, controller: true }],
    },
  };
}

/** Which static Pod a mirror shows. */
export const mirroredUid = (mirror: Pod): string | undefined => mirror.metadata?.annotations?.[`${CONFIG}mirror`];
