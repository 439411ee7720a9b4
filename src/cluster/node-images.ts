/** The cluster's own programs that run on every node as containers: kube-proxy, CoreDNS,
 *  metrics-server and the provisioner of volumes. They are in the node's image
 *  store from the start, as a node image brings them. */
import { disposable } from '../base/dispose.ts';
import type { World } from '../base/world.ts';
import type { Image, Program } from '../cri/process.ts';
import type { Transport } from '../api/transport.ts';
import { LOCAL_PATH_ACCOUNT, LOCAL_PATH_IMAGE, LOCAL_PATH_NAMESPACE, LOCAL_PATH_TAG } from '../addons/local-path-manifests.ts';
import { METRICS_SERVER_NAME, METRICS_SERVER_TAG } from '../addons/metrics-server-manifests.ts';
import { runCoreDns } from '../network/coredns.ts';
import { runKubeProxy } from '../network/kube-proxy.ts';
import type { NodeNetwork } from '../network/node-network.ts';
import { runLocalPathProvisioner } from '../storage/local-path-provisioner.ts';
import { ADDRESSES } from './profile.ts';

const MIB = 1024 * 1024;

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
  return [
    componentImage(LOCAL_PATH_IMAGE, LOCAL_PATH_TAG, '/usr/local/bin/local-path-provisioner', 18.2, storage),
    componentImage(METRICS_SERVER_NAME, METRICS_SERVER_TAG, '/metrics-server', 18.5, metrics),
    componentImage('registry.k8s.io/kube-proxy', version, '/usr/local/bin/kube-proxy', 30.2, proxy),
    componentImage('registry.k8s.io/coredns/coredns', 'v1.12.0', '/coredns', 18.9, dns),
  ];
}
