/** The learner's host: a machine of its own beside the cluster, joined with the control plane by a link without latency. */
import { createNodeNetwork } from '../network/node-network.ts';
import { hostToolbox } from '../images/toolboxes.ts';
import { createLearnerHost } from '../shell/learner-host.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import { openMux } from '../transport/mux.ts';
import { dialTransport } from '../transport/rpc.ts';
import { ADMINISTRATOR, asUser } from './as-user.ts';
import { ADDRESSES, CONTROL_PLANE, nodeAddress, SHELL_ADDRESS } from './profile.ts';

export interface ShellOptions {
  /** Files of the home directory at the start. */
  readonly files?: Readonly<Record<string, string>>;
}

export function buildShell(context: MachineContext, { files = {} }: ShellOptions): void {
  const mux = openMux(context);
  const network = createNodeNetwork({ world: context, nodeName: context.machine, address: SHELL_ADDRESS, channel: mux.channel('net'), defaultRoute: CONTROL_PLANE, localNodePorts: nodeAddress(0) });
  const dialed = dialTransport(context, mux.channel('api'), CONTROL_PLANE, { address: `${nodeAddress(0)}:${ADDRESSES.apiserverPort}` });
  const quiet = dialTransport(context, mux.channel('api'), `${CONTROL_PLANE}~`);
  createLearnerHost({
    context, mux, transport: asUser(dialed, ADMINISTRATOR), quiet: asUser(quiet, ADMINISTRATOR), net: network.host, toolbox: hostToolbox, files,
    server: `https://${nodeAddress(0)}:${ADDRESSES.apiserverPort}`,
  });
}
