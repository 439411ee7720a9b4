/** The cluster's own programs that run on every node as containers: kube-proxy, CoreDNS,
 *  metrics-server and the provisioner of volumes. They are in the node's image
 *  store from the start, as a node image brings them. */
import { disposable } from '../base/dispose.ts';
import type { World } from '../base/world.ts';
import { readText } from '../cri/memory-files.ts';
import type { Image, Process, Program } from '../cri/process.ts';
import type { Transport } from '../api/transport.ts';
import { LOCAL_PATH_ACCOUNT, LOCAL_PATH_IMAGE, LOCAL_PATH_NAMESPACE, LOCAL_PATH_TAG } from '../addons/local-path-manifests.ts';
import { METRICS_SERVER_NAME, METRICS_SERVER_TAG } from '../addons/metrics-server-manifests.ts';
import { runCoreDns } from '../network/coredns.ts';
import { runKubeProxy } from '../network/kube-proxy.ts';
import type { NodeNetwork } from '../network/node-network.ts';
import { runLocalPathProvisioner } from '../storage/local-path-provisioner.ts';
import { ADDRESSES } from './profile.ts';

const MIB = 1024 * 1024;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export interface NodeParts {
  readonly name: string;
  readonly network: NodeNetwork;
  transportFor(world: World): Transport;
}

/** An image of one program without a shell. */
export function componentImage(name: string, tag: string, path: string, sizeMib: number, program: Program): Image {
  return {
    names: [name],
    hasTag: (wanted) => wanted === tag || wanted === `v${tag}`,
    sizeBytes: Math.round(sizeMib * MIB),
    entrypoint: [path],
    cmd: [],
    programs: { [path]: program, [path.slice(path.lastIndexOf('/') + 1)]: program },
    toolbox: 'none',
  };
}

/** ingress-nginx's two images, in every version. */
function ingressImages(controller: Program, certgen: Program): readonly Image[] {
  const image = (name: string, path: string, sizeMib: number, program: Program, toolbox: Image['toolbox']): Image => ({
    ...componentImage(`registry.k8s.io/ingress-nginx/${name}`, '', path, sizeMib, program),
    hasTag: () => true,
    toolbox,
  });
  return [
    image('controller', '/nginx-ingress-controller', 105, controller, 'alpine'),
    image('kube-webhook-certgen', '/kube-webhook-certgen', 20.2, certgen, 'none'),
  ];
}

export const serviceAccount = (namespace: string, name: string) => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

export function nodeImages(version: string, { name, network, transportFor }: NodeParts): readonly Image[] {
  const proxy: Program = async (process) => {
    process.useMemory(13 * MIB);
    await runKubeProxy({
      world: process.world,
      transport: transportFor(process.world),
      network,
      nodeName: name,
      user: serviceAccount('kube-system', 'kube-proxy'),
    });
    return 0;
  };
  const dns: Program = async (process) => {
    process.useMemory(14 * MIB);
    await runCoreDns({
      process,
      transport: transportFor(process.world),
      clusterDomain: ADDRESSES.clusterDomain,
      user: serviceAccount('kube-system', 'coredns'),
    });
    return 0;
  };
  const metrics: Program = async (process) => {
    const { runMetricsServer } = await process.world.external(import('../addons/metrics-server.ts'));
    await runMetricsServer({ process, transport: transportFor(process.world), user: serviceAccount('kube-system', 'metrics-server') });
    return 0;
  };
  const storage: Program = async (process) => {
    process.useMemory(9 * MIB);
    runLocalPathProvisioner({
      world: process.world,
      transport: transportFor(process.world),
      user: serviceAccount(LOCAL_PATH_NAMESPACE, LOCAL_PATH_ACCOUNT),
    });
    return process.world.suspend<number>(() => disposable(() => undefined));
  };
  /** Programs that a manifest starts in any namespace: they are whom their token names. */
  const tokenOf = (process: Process): string => (process.files.exists(TOKEN) ? readText(process.files, TOKEN) : '');
  const ingress: Program = async (process) => {
    const { accountOf, runIngressController, versionText } = await process.world.external(import('../addons/ingress/controller.ts'));
    if (process.argv.includes('--version')) {
      await process.stdout.write(versionText());
      return 0;
    }
    await runIngressController({ process, transport: transportFor(process.world), user: accountOf(tokenOf(process)) });
    return 0;
  };
  const certgen: Program = async (process) => {
    const { accountOf } = await process.world.external(import('../addons/ingress/controller.ts'));
    const { runCertgen } = await process.world.external(import('../addons/ingress/certgen.ts'));
    return runCertgen(process, transportFor(process.world), accountOf(tokenOf(process)));
  };
  return [
    ...ingressImages(ingress, certgen),
    componentImage(LOCAL_PATH_IMAGE, LOCAL_PATH_TAG, '/usr/local/bin/local-path-provisioner', 18.2, storage),
    componentImage(METRICS_SERVER_NAME, METRICS_SERVER_TAG, '/metrics-server', 18.5, metrics),
    componentImage('registry.k8s.io/kube-proxy', version, '/usr/local/bin/kube-proxy', 30.2, proxy),
    componentImage('registry.k8s.io/coredns/coredns', 'v1.12.0', '/coredns', 18.9, dns),
  ];
}
