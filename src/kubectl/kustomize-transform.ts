/** What a kustomization changes in every object: names, namespaces, labels, images, replicas; and the order at the end.
 *  Upstream: sigs.k8s.io/kustomize/api/internal/builtins */
import type { Built } from './kustomize.ts';
import { type Obj, at, byText, has, list, put, str } from './obj.ts';

const CLUSTER_KINDS = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'PersistentVolume',
  'StorageClass',
  'CustomResourceDefinition',
  'PriorityClass',
  'IngressClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'APIService',
  'Node',
  'RuntimeClass',
  'CSIDriver',
  'GatewayClass',
];

export function setNamespace(object: Obj, namespace: string): Obj {
  if (object.kind === 'Namespace') return put(object, ['metadata', 'name'], namespace);
  let next = CLUSTER_KINDS.includes(String(object.kind)) ? object : put(object, ['metadata', 'namespace'], namespace);
  if (String(object.kind).endsWith('RoleBinding')) {
    next = put(
      next,
      ['subjects'],
      list(next, 'subjects').map((s) => (str(s, 'kind') === 'ServiceAccount' ? { ...(s as object), namespace } : s)),
    );
  }
  return next;
}

const SELECTORS: Readonly<Record<string, readonly string[]>> = {
  Service: ['spec', 'selector'],
  ReplicationController: ['spec', 'selector'],
  Deployment: ['spec', 'selector', 'matchLabels'],
  ReplicaSet: ['spec', 'selector', 'matchLabels'],
  DaemonSet: ['spec', 'selector', 'matchLabels'],
  StatefulSet: ['spec', 'selector', 'matchLabels'],
  PodDisruptionBudget: ['spec', 'selector', 'matchLabels'],
  NetworkPolicy: ['spec', 'podSelector', 'matchLabels'],
};
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

export function setLabels(object: Obj, labels: Readonly<Record<string, string>>, selectors: boolean, templates: boolean): Obj {
  const add = (target: Obj, path: readonly string[]): Obj => put(target, path, { ...(at(target, ...path) as object), ...labels });
  let next = add(object, ['metadata', 'labels']);
  const template = TEMPLATES[String(object.kind)];
  if (templates && template !== undefined) next = add(next, [...template, 'metadata', 'labels']);
  const selector = SELECTORS[String(object.kind)];
  if (selectors && selector !== undefined && (object.kind !== 'Service' || has(object, 'spec', 'selector'))) next = add(next, selector);
  return next;
}

export function setAnnotations(object: Obj, annotations: Readonly<Record<string, string>>): Obj {
  const add = (target: Obj, path: readonly string[]): Obj => put(target, path, { ...(at(target, ...path) as object), ...annotations });
  const template = TEMPLATES[String(object.kind)];
  const next = add(object, ['metadata', 'annotations']);
  return template === undefined ? next : add(next, [...template, 'metadata', 'annotations']);
}

/** images: name, newName, newTag, digest. */
export function setImages(object: Obj, change: unknown): Obj {
  return everywhere(object, 'image', (value) => {
    if (typeof value !== 'string') return value;
    const match = /^(.*?)(?::([^/:@]+))?(?:@(.+))?$/.exec(value);
    const [, name = value, tag, digest] = match ?? [];
    if (name !== str(change, 'name')) return value;
    const newName = str(change, 'newName') || name;
    if (str(change, 'digest') !== '') return `${newName}@${str(change, 'digest')}`;
    if (str(change, 'newTag') !== '') return `${newName}:${str(change, 'newTag')}`;
    return `${newName}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
  }) as Obj;
}

function everywhere(value: unknown, field: string, edit: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((v) => everywhere(v, field, edit));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, key === field ? edit(v) : everywhere(v, field, edit)]));
}

export function setReplicas(object: Obj, original: string, entry: unknown): Obj {
  const kinds = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'];
  if (!kinds.includes(String(object.kind)) || (original !== str(entry, 'name') && str(object, 'metadata', 'name') !== str(entry, 'name')))
    return object;
  return put(object, ['spec', 'replicas'], Number(str(entry, 'count')));
}

/** New names by prefix and suffix; without them the hashes of generated objects. What refers to them follows. */
export function renamed(built: readonly Built[], prefix = '', suffix = ''): readonly Built[] {
  const final = prefix === '' && suffix === '';
  const changes = new Map<string, string>();
  const named = built.map((b) => {
    const before = str(b.object, 'metadata', 'name');
    const keep = final ? b.hash === undefined : ['Namespace', 'CustomResourceDefinition', 'APIService'].includes(String(b.object.kind));
    if (keep) return b;
    const after = final ? `${before}-${b.hash}` : `${prefix}${before}${suffix}`;
    changes.set(`${String(b.object.kind)}/${before}`, after);
    return { ...b, object: put(b.object, ['metadata', 'name'], after) };
  });
  if (changes.size === 0) return built;
  return named.map((b) => ({ ...b, object: follow(b.object, changes) as Obj }));
}

/** Which field of which map names which kind. */
const REFERENCES: Readonly<Record<string, readonly [field: string, kind: string]>> = {
  configMap: ['name', 'ConfigMap'],
  configMapRef: ['name', 'ConfigMap'],
  configMapKeyRef: ['name', 'ConfigMap'],
  secret: ['secretName', 'Secret'],
  secretRef: ['name', 'Secret'],
  secretKeyRef: ['name', 'Secret'],
  persistentVolumeClaim: ['claimName', 'PersistentVolumeClaim'],
  service: ['name', 'Service'],
};
const FIELDS: Readonly<Record<string, string>> = {
  serviceAccountName: 'ServiceAccount',
  serviceAccount: 'ServiceAccount',
  serviceName: 'Service',
  secretName: 'Secret',
  priorityClassName: 'PriorityClass',
};

function follow(value: unknown, changes: ReadonlyMap<string, string>, key = ''): unknown {
  if (Array.isArray(value)) {
    if (key === 'imagePullSecrets') return value.map((v) => swap(v, 'name', 'Secret', changes));
    if (key === 'subjects') return value.map((v) => swap(v, 'name', str(v, 'kind'), changes));
    return value.map((v) => follow(v, changes, key));
  }
  if (typeof value !== 'object' || value === null) return value;
  let here: unknown = value;
  const reference = REFERENCES[key];
  if (reference !== undefined) here = swap(here, reference[0], reference[1], changes);
  if (key === 'sources' || key === 'projected') here = swap(here, 'name', 'ConfigMap', changes);
  if (key === 'roleRef' || key === 'scaleTargetRef') here = swap(here, 'name', str(here, 'kind'), changes);
  return Object.fromEntries(
    Object.entries(here as object).map(([k, v]) => {
      const kind = FIELDS[k];
      if (kind !== undefined && typeof v === 'string') return [k, changes.get(`${kind}/${v}`) ?? v];
      return [k, k === 'metadata' ? v : follow(v, changes, k)];
    }),
  );
}

function swap(value: unknown, field: string, kind: string, changes: ReadonlyMap<string, string>): unknown {
  const after = changes.get(`${kind}/${str(value, field)}`);
  return after === undefined ? value : { ...(value as object), [field]: after };
}

const FIRST = [
  'Namespace',
  'ResourceQuota',
  'StorageClass',
  'CustomResourceDefinition',
  'ServiceAccount',
  'PodSecurityPolicy',
  'Role',
  'ClusterRole',
  'RoleBinding',
  'ClusterRoleBinding',
  'ConfigMap',
  'Secret',
  'Endpoints',
  'Service',
  'LimitRange',
  'PriorityClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** What others need comes first. */
export function legacyOrder(built: readonly Built[]): readonly Obj[] {
  const rank = (o: Obj): number =>
    FIRST.includes(String(o.kind))
      ? FIRST.indexOf(String(o.kind)) - FIRST.length
      : LAST.includes(String(o.kind))
        ? 1 + LAST.indexOf(String(o.kind))
        : 0;
  const id = (o: Obj): string => `${String(o.kind)}/${str(o, 'metadata', 'namespace')}/${str(o, 'metadata', 'name')}`;
  return built.map((b) => b.object).sort((a, b) => rank(a) - rank(b) || byText(id(a), id(b)));
}
