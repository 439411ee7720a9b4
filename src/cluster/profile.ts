/** What a cluster starts from, and the defaults of a learner's first one. */
import { ADDON_NAMES, isAddonName } from '../api/addon-names.ts';
import type { Profile } from '../sandbox/sandbox.ts';

export const KUBERNETES_VERSION = 'v1.33.1';

/** Virtual time 0 of a cluster that does not say: a fixed moment, so that equal seeds give equal ages and timestamps. */
const START_AT_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

const DEFAULT_PROFILE: Profile = {
  seed: '1',
  nodes: 3,
  version: KUBERNETES_VERSION,
  startAtMs: START_AT_MS,
  node: { cpu: '4', memory: '8Gi', ephemeralStorage: '100Gi', zones: ['zone-a', 'zone-b', 'zone-c'] },
  link: { latencyMicros: 1000, jitterMicros: 1000 },
};

export const NODES_MAX = 1000;

/** Throws RangeError with a sentence for the learner. */
export function makeProfile(changes: Partial<Profile> = {}): Profile {
  const profile = { ...DEFAULT_PROFILE, ...changes, node: { ...DEFAULT_PROFILE.node, ...changes.node }, link: { ...DEFAULT_PROFILE.link, ...changes.link } };
  if (!Number.isInteger(profile.nodes) || profile.nodes < 0 || profile.nodes > NODES_MAX) {
    throw new RangeError(`A cluster has 0 to ${NODES_MAX} worker nodes, not ${profile.nodes}.`);
  }
  const unknown = profile.addons?.find((name) => !isAddonName(name));
  if (unknown !== undefined) throw new RangeError(`There is no add-on "${unknown}"; there are: ${ADDON_NAMES.join(', ')}.`);
  if (!(profile.link.latencyMicros >= 1)) throw new RangeError('A link takes at least 1 microsecond.');
  return profile;
}

/** Addresses as kubeadm and kind lay them out. */
export const ADDRESSES = {
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
  kubernetesService: '10.96.0.1',
  dnsService: '10.96.0.10',
  apiserverPort: 6443,
  kubeletPort: 10250,
  clusterDomain: 'cluster.local',
} as const;

export const CONTROL_PLANE = 'control-plane';
export const SHELL = 'shell';

/** The channel where observers read etcd's data. */
export const SNAPSHOT = 'snapshot';

/** Node addresses: the control plane has .2, worker-1 .3 ... in 172.18.0.0/16. */
export function nodeAddress(index: number): string {
  const host = index + 2;
  return `172.18.${host >> 8}.${host & 255}`;
}

export const SHELL_ADDRESS = '172.18.255.1';
