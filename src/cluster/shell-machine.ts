/** The learner's host: a machine of its own beside the cluster, joined with the control plane by a link without latency. */
import { base64 } from '../base/bytes.ts';
import type { CertificateAuthority } from '../controllers/certificate-signer.ts';
import type { Transport } from '../api/transport.ts';
import { createNodeNetwork } from '../network/node-network.ts';
import { hostToolbox } from '../images/toolboxes.ts';
import { ADDON_NAMES } from '../api/addon-names.ts';
import { createLearnerHost } from '../shell/learner-host.ts';
import type { KubeconfigCredentials } from '../shell/learner-host.ts';
import type { Published } from '../shell/pages.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import { openMux } from '../transport/mux.ts';
import { dialTransport } from '../transport/rpc.ts';
import { ADMINISTRATOR, asUser } from './as-user.ts';
import { makeAdministrator, makeAuthority } from './root-ca.ts';
import type { KeySource } from './root-ca.ts';
import { ADDRESSES, CONTROL_PLANE, nodeAddress, SHELL_ADDRESS } from './profile.ts';

export interface ShellOptions {
  /** What the cluster's keys are made from. */
  readonly keys?: KeySource;
  /** Files of the home directory at the start. */
  readonly files?: Readonly<Record<string, string>>;
}

function credentialsOf(authority: CertificateAuthority, keys: KeySource): KubeconfigCredentials {
  const { certificate, key } = makeAdministrator(authority, keys);
  return { authority: base64(authority.certificate), certificate: base64(certificate), key: base64(key) };
}

/** Loaded with the first address that is asked for. */
const published: Published = { names: ADDON_NAMES, load: async () => (await import('../addons/catalogue.ts')).publishedAt };

export function buildShell(context: MachineContext, { files = {}, keys }: ShellOptions): void {
  const mux = openMux(context);
  const network = createNodeNetwork({ world: context, nodeName: context.machine, address: SHELL_ADDRESS, channel: mux.channel('net'), defaultRoute: CONTROL_PLANE, localNodePorts: nodeAddress(0) });
  const dialed = dialTransport(context, mux.channel('api'), CONTROL_PLANE, { address: `${nodeAddress(0)}:${ADDRESSES.apiserverPort}` });
  const quiet = dialTransport(context, mux.channel('api'), `${CONTROL_PLANE}~`);
  const authority = keys && makeAuthority(keys);
  const credentials = keys && authority && credentialsOf(authority, keys);
  // As on the host that kubeadm ran on.
  const etc = authority && { '/etc/kubernetes/pki/ca.crt': authority.certificate, '/etc/kubernetes/pki/ca.key': authority.key };
  const asMe = (transport: Transport): Transport => asUser(transport, ADMINISTRATOR, credentials?.certificate);
  createLearnerHost({
    context, mux, transport: asMe(dialed), quiet: asMe(quiet), ...(credentials && { credentials }), ...(etc && { etc }), net: network.host,
    toolbox: hostToolbox, files, published,
    server: `https://${nodeAddress(0)}:${ADDRESSES.apiserverPort}`,
  });
}
