/** The control-plane node: a node like the others whose kubelet runs etcd, kube-apiserver, kube-controller-manager and
 *  kube-scheduler as static Pods. etcd's data is on its disk, so it survives a kill and the power switch. */
import type { World } from '../base/world.ts';
import { stringifyYaml } from '../api/yaml.ts';
import { TransportError } from '../api/transport.ts';
import type { Transport } from '../api/transport.ts';
import type { StoreSnapshot } from '../sandbox/sandbox.ts';
import { ADMINISTRATOR, asUser } from './as-user.ts';
import { createEtcd } from '../etcd/store.ts';
import type { Etcd } from '../etcd/etcd.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import { openMux } from '../transport/mux.ts';
import { serveTransport } from '../transport/rpc.ts';
import { installAddons } from './install-addons.ts';
import { controlPlaneImages } from './control-plane-images.ts';
import { buildNode } from './node-machine.ts';
import type { NodeOptions } from './node-machine.ts';
import { ADDRESSES, nodeAddress, SNAPSHOT } from './profile.ts';
import { makeAuthority } from './root-ca.ts';
import type { KeySource } from './key-source.ts';
import { createSlot } from './slot.ts';
import { changeText } from '../base/change-text.ts';
import { sealed } from '../base/json.ts';
import { ENCRYPTION_FOLDER, staticPods } from './static-pods.ts';
import { createRandom } from '../base/random.ts';
import { base64 } from '../base/bytes.ts';

const MANIFESTS = '/etc/kubernetes/manifests';
const PKI = '/etc/kubernetes/pki';

export interface ControlPlaneOptions extends NodeOptions {
  /** What the cluster's keys are made from; journals of older engines do not say. */
  readonly keys?: KeySource;
  /** Names of add-ons to apply before them. */
  readonly addons?: readonly string[];
  /** Objects to apply once the API answers, as `kubectl apply` of a learner's start state would. */
  readonly manifests?: readonly object[];
  /** Whether Secrets are encrypted in etcd. */
  readonly encryptSecrets?: boolean;
  /** etcd's data at the start. */
  readonly restore?: StoreSnapshot;
}

export interface ControlPlaneHooks {
  /** Tests watch the store. */
  readonly onStore?: (store: Etcd, context: MachineContext) => void;
}

/** As the documentation has it: new Secrets under a key, older ones as they are. */
function encryptionConfiguration(seed: string): string {
  const random = createRandom(seed).fork('encryption-key');
  const secret = base64(Uint8Array.from({ length: 32 }, () => random.int(256)));
  return stringifyYaml({
    apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration',
    resources: [{ resources: ['secrets'], providers: [{ aescbc: { keys: [{ name: 'key1', secret }] } }, { identity: {} }] }],
  });
}

function snapshotOf(store: Etcd): Transport {
  return {
    request: async () => ({ status: 200, headers: {}, body: store.snapshot() }),
    connect: async () => { throw new TransportError('refused', 'a snapshot is no stream'); },
  };
}

export function buildControlPlane(context: MachineContext, options: ControlPlaneOptions, hooks: ControlPlaneHooks = {}): void {
  const mux = openMux(context);
  const address = nodeAddress(0);
  const store = createEtcd(options.restore);
  store.watch('', store.revision, ({ type, kv, prev }) => context.record('etcd', `${kv.modRevision} ${type} ${kv.key} ${changeText(prev?.value, kv.value)}`));
  hooks.onStore?.(store, context);
  const manifests = Object.entries(staticPods(options.profile.version, address, options.encryptSecrets))
    .map(([name, pod]) => ({ file: `${MANIFESTS}/${name}`, text: stringifyYaml(pod), pod: sealed(pod) }));
  const keys = options.keys ?? { seed: '1', fromMs: context.clock.now() };
  const authority = makeAuthority(keys);
  const slot = createSlot(`${address}:${ADDRESSES.apiserverPort}`);
  serveTransport(context, mux.channel('api'), slot.transport(context));
  serveTransport(context, mux.channel(SNAPSHOT), snapshotOf(store));
  buildNode(context, options, {
    images: (power, node) => controlPlaneImages({ context, power, node, mux, store, slot, version: options.profile.version, authority, keySeed: keys.seed }),
    transport: (world: World) => slot.transport(world),
    staticPods: { directory: MANIFESTS, known: new Map(manifests.map(({ text, pod }) => [text, pod])) },
    taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
    labels: { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' },
    booted(_power, { disk }) {
      disk.makeDirectory(MANIFESTS, { recursive: true });
      if (!disk.exists(`${PKI}/ca.key`)) {
        disk.makeDirectory(PKI, { recursive: true });
        disk.writeFile(`${PKI}/ca.crt`, authority.certificate);
        disk.writeFile(`${PKI}/ca.key`, authority.key, { mode: 0o600 });
      }
      if (options.encryptSecrets && !disk.exists(ENCRYPTION_FOLDER)) {
        disk.makeDirectory(ENCRYPTION_FOLDER, { recursive: true });
        disk.writeFile(`${ENCRYPTION_FOLDER}/enc.yaml`, encryptionConfiguration(keys.seed), { mode: 0o600 });
      }
      for (const { file, text } of manifests) if (!disk.exists(file)) disk.writeFile(file, text);
    },
  }, mux);
  context.spawn('install addons', () => installAddons(context, asUser(slot.transport(context), ADMINISTRATOR), options.profile.version, options));
}
