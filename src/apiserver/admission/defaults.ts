/** The small plugins for nodes, storage and ingress.
 *  Upstream: plugin/pkg/admission/{nodetaint,storage,network/defaultingressclass} */
import type { Ingress, Node, PersistentVolumeClaim } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import type { KubeObject } from '../../api/object.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { IngressClasses, StorageClasses } from '../../api/resources.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { refused } from './refusal.ts';

const NOT_READY = Object.freeze({ effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' });

/** A new node takes no Pods until it has said that it is ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: ({ operation, resource, subresource }) =>
    operation === 'CREATE' && resource.group === '' && resource.kind === 'Node' && subresource === '',
  admit(object) {
    const node = object as Node;
    const taints = node.spec?.taints ?? [];
    const has = taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect);
    return has ? node : { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } };
  },
};

type Class = KubeObject & { readonly metadata?: { readonly creationTimestamp?: string } };

/** Of several default classes the youngest counts, then the first by name. */
function defaultOf<T extends Class>(classes: readonly T[], annotations: readonly string[]): T | undefined {
  const time = (one: T): string => one.metadata?.creationTimestamp ?? '';
  return classes
    .filter((one) => annotations.some((key) => one.metadata?.annotations?.[key] === 'true'))
    .sort((a, b) => (time(a) > time(b) ? -1 : time(a) < time(b) ? 1 : nameOf(a) < nameOf(b) ? -1 : 1))[0];
}

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  handles: ({ operation, resource }) => operation === 'CREATE' && resource.group === '' && resource.kind === 'PersistentVolumeClaim',
  admit(object, _attributes, reader) {
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined || claim.metadata?.annotations?.[BETA_CLASS] !== undefined) return claim;
    const found = defaultOf(reader.list(StorageClasses),
      ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']);
    return found ? { ...claim, spec: { ...claim.spec, storageClassName: nameOf(found) } } : claim;
  },
};

const FINALIZERS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection', PersistentVolume: 'kubernetes.io/pv-protection',
};

/** What is in use is not removed before its user is gone. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: ({ operation, resource, subresource }) =>
    operation === 'CREATE' && resource.group === '' && subresource === '' && FINALIZERS[resource.kind] !== undefined,
  admit(object, { resource }) {
    const finalizer = FINALIZERS[resource.kind]!;
    const finalizers = object.metadata?.finalizers ?? [];
    return finalizers.includes(finalizer) ? object : { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  },
};

const NO_RESIZE = 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: ({ operation, resource, subresource }) =>
    operation === 'UPDATE' && resource.group === '' && resource.kind === 'PersistentVolumeClaim' && subresource === '',
  validate(attributes, reader) {
    const { object, old } = attributes;
    const [next, before] = [object as PersistentVolumeClaim, old as PersistentVolumeClaim];
    const size = (claim: PersistentVolumeClaim): string => claim.spec?.resources?.requests?.storage ?? '0';
    if (compareQuantities(size(next), size(before)) <= 0) return;
    if (before.status?.phase !== 'Bound') throw refused(attributes, 'Only bound persistent volume claims can be expanded');
    const named = next.spec?.storageClassName;
    if (!(named && reader.get(StorageClasses, '', named)?.allowVolumeExpansion)) throw refused(attributes, NO_RESIZE);
  },
};

const OLD_INGRESS_CLASS = 'kubernetes.io/ingress.class';

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  handles: ({ operation, resource, subresource }) =>
    operation === 'CREATE' && resource.group === 'networking.k8s.io' && resource.kind === 'Ingress' && subresource === '',
  admit(object, _attributes, reader) {
    const ingress = object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata?.annotations?.[OLD_INGRESS_CLASS] !== undefined) return ingress;
    const found = defaultOf(reader.list(IngressClasses), ['ingressclass.kubernetes.io/is-default-class']);
    return found ? { ...ingress, spec: { ...ingress.spec, ingressClassName: nameOf(found) } } : ingress;
  },
};
