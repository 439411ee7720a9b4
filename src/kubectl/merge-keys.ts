/** Which lists of the built-in types are merged by key in a strategic merge patch, and which fields retain keys.
 *  Field names are unambiguous but for `ports`, which its neighbours tell apart.
 *  Upstream: patchStrategy and patchMergeKey tags in staging/src/k8s.io/api */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  volumes: 'name',
  env: 'name',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
  imagePullSecrets: 'name',
  hostAliases: 'ip',
  topologySpreadConstraints: 'topologyKey',
  conditions: 'type',
  ownerReferences: 'uid',
  secrets: 'name',
  addresses: 'type',
  podIPs: 'ip',
  hostIPs: 'ip',
  resourceClaims: 'name',
  schedulingGates: 'name',
  webhooks: 'name',
  matchConditions: 'name',
  variables: 'name',
  loadBalancerSourceRanges: '',
  resizePolicy: '',
};

/** Lists of these kinds that are replaced whole, although others of their name are merged. */
const WHOLE: Readonly<Record<string, ReadonlySet<string>>> = {
  EndpointSlice: new Set(['ports']),
  NetworkPolicy: new Set(['ports']),
  ServiceAccount: new Set(['imagePullSecrets']),
};

const NONE: ReadonlySet<string> = new Set();

export const wholeLists = (object: Readonly<Record<string, unknown>>): ReadonlySet<string> => WHOLE[String(object['kind'])] ?? NONE;

/** How a list under `field` is merged: by that key of its elements, as a set of values, or not at all. */
export function mergeKeyOf(field: string, items: readonly unknown[]): string | 'set' | undefined {
  if (field === 'finalizers') return 'set';
  if (field === 'ports') {
    if (items.some((i) => typeof i === 'object' && i !== null && 'containerPort' in i)) return 'containerPort';
    return items.some((i) => typeof i === 'object' && i !== null && 'port' in i) ? 'port' : undefined;
  }
  if (field === 'conditions' || field === 'secrets' || field === 'addresses') {
    return items.every((i) => typeof i === 'object' && i !== null && KEYS[field]! in i) ? KEYS[field] : undefined;
  }
  return KEYS[field] || undefined;
}

/** Maps where a patch names all keys that stay: the strategy of a Deployment, and the elements of `volumes`. */
export const retainsKeys = (field: string): boolean => field === 'strategy' || field === 'volumes';
