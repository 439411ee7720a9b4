/** Every Pod runs as a service account, and finds its token where programs look for it.
 *  Upstream: plugin/pkg/admission/serviceaccount/admission.go */
import type { Container, Pod, PodSpec, ServiceAccount, Volume, VolumeMount } from '../../api/generated/types.ts';
import { ServiceAccounts } from '../../api/resources.ts';
import type { Random, World } from '../../base/world.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';
import { mapItems } from '../strategies/share.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const PREFIX = 'kube-api-access-';
const MODE = 0o644;
/** Odd, so that the kubelet knows a token that was asked for by this plugin from one that somebody wants so short-lived. */
const TOKEN_SECONDS = 60 * 60 + 7;
const MIRROR = 'kubernetes.io/config.mirror';
const DEFAULT_ACCOUNT = 'default';
/** A namespace that has just been made gets its default account in a moment: so often it is looked for. */
const ATTEMPTS_MAX = 10;
const RETRY_MS = 100;

const tokenVolume = (name: string): Volume => ({
  name,
  projected: {
    defaultMode: MODE,
    sources: [
      { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
      { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
      { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
    ],
  },
});

const needsMount = (container: Container): boolean => !container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH);

function withToken(spec: PodSpec, random: Random): PodSpec {
  const known = spec.volumes?.find(({ name, projected }) => projected && name.startsWith(PREFIX))?.name;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (!containers.some(needsMount)) return spec;
  const name = known ?? PREFIX + random.suffix(5);
  const mount: VolumeMount = { mountPath: MOUNT_PATH, name, readOnly: true };
  const mounted = (container: Container): Container =>
    (needsMount(container) ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container);
  const next = mapItems(mapItems(spec, 'containers', mounted), 'initContainers', mounted);
  return known ? next : { ...next, volumes: [...(next.volumes ?? []), tokenVolume(name)] };
}

/** The Pod's word counts before the account's; silence means yes. */
const mountsToken = (spec: PodSpec, account: ServiceAccount): boolean =>
  spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;

function admitPod(pod: Pod, attributes: AdmissionAttributes, reader: AdmissionReader, world: World, random: Random): Pod | Promise<Pod> {
  if (pod.metadata?.annotations?.[MIRROR] !== undefined) {
    if (pod.spec?.serviceAccountName) {
      throw refused(attributes, 'a mirror pod may not reference service accounts');
    }
    return pod;
  }
  const name = pod.spec?.serviceAccountName || DEFAULT_ACCOUNT;
  const account = reader.get(ServiceAccounts, attributes.namespace, name);
  if (account) return withAccount(pod, name, account, random);
  if (name !== DEFAULT_ACCOUNT) throw noAccount(attributes, name);
  return waitForDefault(pod, attributes, reader, world, random);
}

async function waitForDefault(pod: Pod, attributes: AdmissionAttributes, reader: AdmissionReader, world: World, random: Random): Promise<Pod> {
  const retryMs = RETRY_MS + Math.floor(random.next() * RETRY_MS);
  for (let attempt = 1; attempt < ATTEMPTS_MAX; attempt += 1) {
    await world.clock.sleep(retryMs);
    const account = reader.get(ServiceAccounts, attributes.namespace, DEFAULT_ACCOUNT);
    if (account) return withAccount(pod, DEFAULT_ACCOUNT, account, random);
  }
  throw noAccount(attributes, DEFAULT_ACCOUNT);
}

const noAccount = (attributes: AdmissionAttributes, name: string): Error =>
  refused(attributes, `error looking up service account ${attributes.namespace}/${name}: serviceaccount "${name}" not found`);

function withAccount(pod: Pod, name: string, account: ServiceAccount, random: Random): Pod {
  let spec = pod.spec!;
  if (spec.serviceAccountName !== name) spec = { ...spec, serviceAccount: name, serviceAccountName: name };
  if (mountsToken(spec, account)) spec = withToken(spec, random);
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) spec = { ...spec, imagePullSecrets: account.imagePullSecrets };
  return spec === pod.spec ? pod : { ...pod, spec };
}

export const serviceAccount = (world: World, random: Random): AdmissionPlugin => ({
  name: 'ServiceAccount',
  handles: ({ operation, resource, subresource }) =>
    operation === 'CREATE' && resource.group === '' && resource.kind === 'Pod' && subresource === '',
  admit: (object, attributes, reader) => ((object as Pod).spec ? admitPod(object as Pod, attributes, reader, world, random) : object),
});
