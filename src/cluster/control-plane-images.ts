/** The images of the control plane's static Pods: their programs start the components, in the process's own world, so that
 *  killing the container kills the component. */
import type { World } from '../base/world.ts';
import { createApiserver } from '../apiserver/server.ts';
import { createTokenKeys } from '../apiserver/token-keys.ts';
import { admissionChain } from '../apiserver/admission/admission-chain.ts';
import type { Dialer } from '../apiserver/dialer.ts';
import type { ApiRequest, Transport, UserInfo } from '../api/transport.ts';
import type { CertificateAuthority } from '../controllers/certificate-signer.ts';
import { runControllerManager } from '../controllers/controller-manager.ts';
import { serveHttp } from '../cri/http.ts';
import { FileError } from '../cri/files.ts';
import { readText } from '../cri/memory-files.ts';
import type { Image, Process, Program } from '../cri/process.ts';
import type { Etcd } from '../etcd/etcd.ts';
import { runScheduler } from '../scheduler/scheduler.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import type { Mux } from '../transport/mux.ts';
import { dialTransport } from '../transport/rpc.ts';
import { OBSERVER_HEADER } from '../transport/rpc-server.ts';
import { asUser } from './as-user.ts';
import { createEtcdPort } from './etcd-port.ts';
import { etcdctlProgram } from './etcdctl-program.ts';
import type { EtcdPort } from './etcd-port.ts';
import { httpFront } from './http-front.ts';
import { componentImage } from './node-images.ts';
import type { RunningNode } from './node-machine.ts';
import { ADDRESSES, CONTROL_PLANE, nodeAddress } from './profile.ts';
import type { Slot } from './slot.ts';

export interface ControlPlaneParts {
  readonly context: MachineContext;
  readonly power: World;
  readonly node: RunningNode;
  readonly mux: Mux;
  /** The data directory. */
  readonly store: Etcd;
  readonly slot: Slot;
  readonly authority: CertificateAuthority;
  readonly keySeed: string;
  readonly version: string;
}

const MIB = 1024 * 1024;
const AT_ONCE = { atOnce: () => true };
/** What the apiserver answers without waiting for anything. */
const HEALTH = /^\/(livez|readyz|healthz)\b/;

const ok = () => ({ status: 200, body: 'ok' });

const forever = (process: Process): Promise<number> => process.world.suspend<number>(() => undefined);

function etcdProgram({ store }: ControlPlaneParts, port: EtcdPort): Program {
  return async (process) => {
    process.useMemory(34 * MIB);
    port.open(process.world, store);
    serveHttp(process.world, process.net, 2381, () => ({ status: 200, body: '{"health":"true","reason":""}' }), AT_ONCE);
    await process.stdout.write(`{"level":"info","msg":"ready to serve client requests","revision":${store.revision}}\n`);
    return forever(process);
  };
}

/** To kubelets over the machines' links; into the Pod network from the control plane's node. */
function dialerOf({ mux, node }: ControlPlaneParts, world: World): Dialer {
  return {
    kubelet(name): Transport {
      const own = name === node.name ? node.kubelet()?.transport : undefined;
      if (own) return own;
      const address = `${name}:${ADDRESSES.kubeletPort}`;
      const dialed = dialTransport(world, mux.channel('kubelet'), name, { address });
      // What observers read from a kubelet goes by links that history does not notice.
      const quiet = dialTransport(world, mux.channel('kubelet'), `${name}~`, { address });
      const way = (request: ApiRequest) => (request.headers?.[OBSERVER_HEADER] === undefined ? dialed : quiet);
      return { request: (request, signal) => way(request).request(request, signal), connect: (request, signal) => way(request).connect(request, signal) };
    },
    connect: (host, port, timeoutMs) => node.network.host.connect(host, port, timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

const ENCRYPTION_FLAG = '--encryption-provider-config=';

/** etcd, with values encrypted where the command line names a configuration; undefined, and the reason on stderr, where it is
 *  no good. */
async function etcdOf(process: Process, etcd: Etcd): Promise<Etcd | undefined> {
  const file = process.argv.find((word) => word.startsWith(ENCRYPTION_FLAG))?.slice(ENCRYPTION_FLAG.length);
  if (file === undefined) return etcd;
  try {
    const { encryptedEtcd, parseEncryption } = await process.world.external(import('../apiserver/encryption.ts'));
    return encryptedEtcd(etcd, parseEncryption(readText(process.files, file)), process.world.random.fork('encryption'));
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof RangeError)) throw error;
    const why = error instanceof FileError ? `open ${file}: no such file or directory` : error.message;
    await process.stderr.write(`E "command failed" err="error reading encryption provider configuration file ${JSON.stringify(file)}: ${why}"\n`);
    return undefined;
  }
}

function apiserverProgram(parts: ControlPlaneParts, port: EtcdPort): Program {
  const { context, slot, version } = parts;
  return async (process) => {
    process.useMemory(236 * MIB);
    // Without its store the apiserver waits, as it does before it reports ready.
    await port.opened(process.world);
    const { world } = process;
    const etcd = await etcdOf(process, port.etcd);
    if (etcd === undefined) return 1;
    const server = createApiserver({ world, streams: context, etcd, version, dialer: dialerOf(parts, world), admission: admissionChain({ world }), advertiseAddress: nodeAddress(0),
      clientAuthority: parts.authority.certificate, keySeed: parts.keySeed });
    slot.listen(world, server.transport());
    serveHttp(world, process.net, ADDRESSES.apiserverPort, httpFront(server.transport()), { atOnce: ({ target }) => HEALTH.test(target) });
    await process.stderr.write(`I Serving securely on [::]:${ADDRESSES.apiserverPort}\n`);
    return forever(process);
  };
}

const componentUser = (name: string): UserInfo => ({ name: `system:${name}`, groups: ['system:authenticated'] });

function controllerManagerProgram({ slot, authority, store, keySeed }: ControlPlaneParts): Program {
  return async (process) => {
    process.useMemory(52 * MIB);
    serveHttp(process.world, process.net, 10257, ok, AT_ONCE);
    const transport = asUser(slot.transport(process.world), componentUser('kube-controller-manager'));
    // It shares the key's file with the API server.
    const signToken = (claims: object): string => createTokenKeys(process.world, store, keySeed).sign(claims);
    await runControllerManager({ world: process.world, transport, options: { hostname: CONTROL_PLANE, clusterCIDR: ADDRESSES.podCidr, authority, signToken } });
    await process.stderr.write('E leaderelection lost\n');
    return 1;
  };
}

function schedulerProgram({ slot }: ControlPlaneParts): Program {
  return async (process) => {
    process.useMemory(21 * MIB);
    serveHttp(process.world, process.net, 10259, ok, AT_ONCE);
    const transport = asUser(slot.transport(process.world), componentUser('kube-scheduler'));
    await runScheduler({ world: process.world, transport, identity: `${CONTROL_PLANE}_${process.world.random.fork('identity').uuid()}` });
    await process.stderr.write('E leaderelection lost\n');
    return 1;
  };
}

function etcdImage(parts: ControlPlaneParts, port: EtcdPort): Image {
  const image = componentImage('registry.k8s.io/etcd', '3.5.21-0', '/usr/local/bin/etcd', 56.9, etcdProgram(parts, port));
  const ctl = etcdctlProgram(port.etcd);
  return { ...image, programs: { ...image.programs, '/usr/local/bin/etcdctl': ctl, etcdctl: ctl } };
}

export function controlPlaneImages(parts: ControlPlaneParts): readonly Image[] {
  const port = createEtcdPort();
  const { version } = parts;
  return [
    etcdImage(parts, port),
    componentImage('registry.k8s.io/kube-apiserver', version, '/usr/local/bin/kube-apiserver', 28.8, apiserverProgram(parts, port)),
    componentImage('registry.k8s.io/kube-controller-manager', version, '/usr/local/bin/kube-controller-manager', 26.4, controllerManagerProgram(parts)),
    componentImage('registry.k8s.io/kube-scheduler', version, '/usr/local/bin/kube-scheduler', 20.8, schedulerProgram(parts)),
  ];
}
