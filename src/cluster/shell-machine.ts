/** The learner's host: a machine of its own beside the cluster, joined with the control plane by a link without latency. */
import { base64 } from '../base/bytes.ts';
import type { Transport } from '../api/transport.ts';
import { createNodeNetwork } from '../network/node-network.ts';
import { hostToolbox } from '../images/toolboxes.ts';
import { ADDON_NAMES } from '../api/addon-names.ts';
import { createLearnerHost } from '../shell/learner-host.ts';
import type { LearnerCredentials } from '../shell/learner-host.ts';
import type { Published } from '../shell/pages.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import { openMux } from '../transport/mux.ts';
import { dialTransport } from '../transport/rpc.ts';
import { ADMINISTRATOR, asUser } from './as-user.ts';
import type { KeySource } from './key-source.ts';
import { ADDRESSES, CONTROL_PLANE, nodeAddress, SHELL_ADDRESS } from './profile.ts';

export interface ShellOptions {
  /** What the cluster's keys are made from. */
  readonly keys?: KeySource;
  /** Files of the home directory at the start. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Loaded after the prompt: the curves are large. Time stands until they are there. */
async function makeCredentials(context: MachineContext, keys: KeySource): Promise<LearnerCredentials> {
  const { makeAdministrator, makeAuthority } = await context.external(import('./root-ca.ts'));
  const authority = makeAuthority(keys);
  const { certificate, key } = makeAdministrator(authority, keys);
  return {
    authority: base64(authority.certificate),
    certificate: base64(certificate),
    key: base64(key),
    // As on the host that kubeadm ran on.
    files: { '/etc/kubernetes/pki/ca.crt': authority.certificate, '/etc/kubernetes/pki/ca.key': authority.key },
  };
}

/** Loaded with the first address that is asked for. */
const published: Published = { names: ADDON_NAMES, load: async () => (await import('../addons/catalogue.ts')).publishedAt };

export function buildShell(context: MachineContext, { files = {}, keys }: ShellOptions): void {
  const mux = openMux(context);
  const network = createNodeNetwork({ world: context, nodeName: context.machine, address: SHELL_ADDRESS, channel: mux.channel('net'), defaultRoute: CONTROL_PLANE, localNodePorts: nodeAddress(0) });
  const dialed = dialTransport(context, mux.channel('api'), CONTROL_PLANE, { address: `${nodeAddress(0)}:${ADDRESSES.apiserverPort}` });
  const quiet = dialTransport(context, mux.channel('api'), `${CONTROL_PLANE}~`);
  let own: string | undefined;
  const asMe = (transport: Transport): Transport => asUser(transport, ADMINISTRATOR, () => own);
  const credentials = keys && (async () => {
    const made = await makeCredentials(context, keys);
    own = made.certificate;
    return made;
  });
  createLearnerHost({
    context, mux, transport: asMe(dialed), quiet: asMe(quiet), ...(credentials && { credentials }), net: network.host,
    toolbox: hostToolbox, files, published,
    server: `https://${nodeAddress(0)}:${ADDRESSES.apiserverPort}`,
  });
}
