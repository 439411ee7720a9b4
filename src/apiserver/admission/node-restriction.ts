/** What a kubelet may write: its own Node, the Pods that run on it, its Lease and CSINode, and tokens for its Pods.
 *  Differs from Kubernetes: a node may register with labels of kubernetes.io, which kubeadm sets as the administrator.
 *  Upstream: plugin/pkg/admission/noderestriction/admission.go */
import type { AuthenticationV1TokenRequest, Node, Pod } from '../../api/generated/types.ts';
import { Pods } from '../../api/resources.ts';
import { equal } from '../../base/json.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';

const USER = 'system:node:';
const GROUP = 'system:nodes';
const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';
const ALLOWED = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
]);
const ALLOWED_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const RESTRICTED = 'node-restriction.kubernetes.io';

const isIn = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

function isForbiddenLabel(key: string): boolean {
  const domain = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  if (isIn(domain, RESTRICTED)) return true;
  if (!isIn(domain, 'kubernetes.io') && !isIn(domain, 'k8s.io')) return false;
  return !ALLOWED.has(key) && !ALLOWED_DOMAINS.some((each) => isIn(domain, each));
}

type Check = (attributes: AdmissionAttributes, node: string, reader: AdmissionReader) => string | undefined;

const runsOn = (pod: Pod | undefined, node: string): boolean => pod?.spec?.nodeName === node;

function newPodFault(pod: Pod, node: string): string | undefined {
  const by = `node ${JSON.stringify(node)}`;
  if (pod.metadata?.annotations?.[MIRROR] === undefined)
    return `pod does not have ${JSON.stringify(MIRROR)} annotation, ${by} can only create mirror pods`;
  if (!runsOn(pod, node)) return `${by} can only create pods with spec.nodeName set to itself`;
  const volumes = pod.spec?.volumes ?? [];
  if (volumes.some(({ secret }) => secret !== undefined)) return `${by} can not create pods that reference secrets`;
  if (volumes.some(({ configMap }) => configMap !== undefined)) return `${by} can not create pods that reference configmaps`;
  if (volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined))
    return `${by} can not create pods that reference persistentvolumeclaims`;
  return undefined;
}

const podFault: Check = ({ operation, subresource, object, old, name, namespace }, node, reader) => {
  const by = `node ${JSON.stringify(node)}`;
  if (subresource === 'status') {
    if (operation !== 'UPDATE') return `unexpected operation ${JSON.stringify(operation)}`;
    if (!runsOn(old as Pod, node)) return `${by} can only update pod status for pods with spec.nodeName set to itself`;
    return equal(object?.metadata?.labels, old?.metadata?.labels) ? undefined : `${by} cannot update labels through pod status`;
  }
  if (subresource === 'eviction') {
    return runsOn(reader.get<Pod>(Pods, namespace, name), node)
      ? undefined
      : `node ${node} can only evict pods with spec.nodeName set to itself`;
  }
  if (subresource !== '') return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`;
  if (operation === 'CREATE') return newPodFault(object as Pod, node);
  if (operation === 'DELETE') return runsOn(old as Pod, node) ? undefined : `${by} can only delete pods with spec.nodeName set to itself`;
  return `unexpected operation ${JSON.stringify(operation)}, ${by} can only create and delete mirror pods`;
};

const nodeFault: Check = ({ operation, name, object, old }, node) => {
  const by = `node ${JSON.stringify(node)}`;
  if ((name || object?.metadata?.name) !== node) return `${by} is not allowed to modify node ${JSON.stringify(name)}`;
  const [now, before] = [object?.metadata?.labels ?? {}, old?.metadata?.labels ?? {}];
  if (operation === 'CREATE') {
    const wrong = Object.keys(now).filter((key) => isIn(key.split('/')[0] as string, RESTRICTED));
    return wrong.length === 0 ? undefined : `is not allowed to set the following labels: ${wrong.sort().join(', ')}`;
  }
  if (operation !== 'UPDATE') return undefined;
  const changed = Object.keys({ ...now, ...before }).filter((key) => now[key] !== before[key] && isForbiddenLabel(key));
  if (changed.length > 0) return `is not allowed to modify labels: ${changed.sort().join(', ')}`;
  const taints = (each: unknown): unknown => (each as Node).spec?.taints ?? [];
  return equal(taints(object), taints(old)) ? undefined : `${by} is not allowed to modify taints`;
};

const tokenFault: Check = ({ object, namespace }, node, reader) => {
  const bound = (object as AuthenticationV1TokenRequest | undefined)?.spec?.boundObjectRef;
  if (bound?.kind !== 'Pod' || !bound.name) return 'node requested token not bound to a pod';
  const pod = reader.get<Pod>(Pods, namespace, bound.name);
  if (pod !== undefined && !runsOn(pod, node)) return 'node requested token bound to a pod scheduled on a different node';
  return undefined;
};

/** By "plural.group", with the subresource where only that is checked. */
const CHECKS: Readonly<Record<string, Check>> = {
  'pods.': podFault,
  'nodes.': nodeFault,
  'serviceaccounts/token.': tokenFault,
  'leases.coordination.k8s.io': ({ namespace, name, object }, node) => {
    if (namespace !== LEASES) return `can only access leases in the ${JSON.stringify(LEASES)} system namespace`;
    return (name || object?.metadata?.name) === node ? undefined : 'can only access node lease with the same name as the requesting node';
  },
  'csinodes.storage.k8s.io': ({ name, object }, node) =>
    (name || object?.metadata?.name) === node ? undefined : 'can only access CSINode with the same name as the requesting node',
};

const checkOf = ({ resource: { plural, group }, subresource }: AdmissionAttributes): Check | undefined => {
  const named = subresource === 'token' ? `${plural}/token.${group}` : `${plural}.${group}`;
  return Object.hasOwn(CHECKS, named) ? CHECKS[named] : undefined;
};

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: (attributes) => attributes.user.groups.includes(GROUP) && checkOf(attributes) !== undefined,
  validate(attributes, reader) {
    const { name } = attributes.user;
    if (!name.startsWith(USER)) throw refused(attributes, `could not determine node from user ${JSON.stringify(name)}`);
    const fault = checkOf(attributes)?.(attributes, name.slice(USER.length), reader);
    if (fault !== undefined) throw refused(attributes, fault);
  },
};
