/** Every fault as journal inputs: what begins it and, where it can be undone, what ends it.
 *  A worker whose plug is pulled is a machine that is dropped; it boots again with the next incarnation and an empty disk.
 *  The control plane keeps its disk (etcd), so its power is a switch inside the machine. */
import type { Fault } from '../sandbox/sandbox.ts';
import type { JournalInput } from '../sim/journal.ts';
import { toChannel } from '../transport/mux.ts';
import { CONTROL_PLANE, SHELL } from './profile.ts';

/** The channel of a machine's front panel: power, kills. */
export const PANEL = 'panel';

export type PanelCommand =
  | { readonly do: 'power'; readonly on: boolean }
  | { readonly do: 'kill-component'; readonly component: string }
  | { readonly do: 'hang-component'; readonly component: string; readonly on: boolean }
  | { readonly do: 'kill-container'; readonly namespace: string; readonly pod: string; readonly container?: string };

const press = (to: string, command: PanelCommand): JournalInput => ({ type: 'message', to, body: toChannel(PANEL, command) });

export interface FaultPlan {
  readonly begin: readonly JournalInput[];
  /** Absent: over as soon as it happened, or healed by the cluster itself. */
  readonly undo?: readonly JournalInput[];
}

export interface MachineNames { readonly nodes: readonly string[]; start(name: string): JournalInput; nextNode(): string; zone?: string }

/** A fault that names something that is not there: the message is for the learner. */
export class FaultError extends Error {}

export function planFault(fault: Fault, machines: MachineNames, link: { readonly latencyMicros: number }): FaultPlan {
  const node = (name: string): string => {
    if (!machines.nodes.includes(name)) throw new FaultError(`There is no node ${name}. Nodes: ${machines.nodes.join(', ')}.`);
    return name;
  };
  const ends = ([a, b]: readonly [string, string]): readonly [string, string] => [node(a), node(b)];
  switch (fault.type) {
    case 'node-crash': {
      if (node(fault.node) === CONTROL_PLANE) return { begin: [press(CONTROL_PLANE, { do: 'power', on: false })], undo: [press(CONTROL_PLANE, { do: 'power', on: true })] };
      return { begin: [{ type: 'drop', machine: fault.node }], undo: [machines.start(fault.node)] };
    }
    case 'node-reboot': {
      if (node(fault.node) === CONTROL_PLANE) return { begin: [press(CONTROL_PLANE, { do: 'power', on: false }), press(CONTROL_PLANE, { do: 'power', on: true })] };
      return { begin: [{ type: 'drop', machine: fault.node }, machines.start(fault.node)] };
    }
    case 'node-hang': {
      const others = [...machines.nodes.filter((name) => name !== node(fault.node)), SHELL].filter((name) => !(name === SHELL && fault.node === CONTROL_PLANE));
      const links = (cut: boolean): readonly JournalInput[] => others.map((other) => ({ type: 'link', between: [fault.node, other], change: { cut } }));
      return { begin: links(true), undo: links(false) };
    }
    case 'link-cut': {
      const between = ends(fault.between);
      return { begin: [{ type: 'link', between, change: { cut: true } }], undo: [{ type: 'link', between, change: { cut: false } }] };
    }
    case 'link-slow': {
      const between = ends(fault.between);
      if (fault.latencyMicros < link.latencyMicros) throw new FaultError(`A slow link is slower than ${link.latencyMicros / 1000} ms.`);
      return { begin: [{ type: 'link', between, change: { latencyMicros: fault.latencyMicros } }], undo: [{ type: 'link', between, change: { latencyMicros: link.latencyMicros } }] };
    }
    case 'link-lossy': {
      const between = ends(fault.between);
      if (!(fault.loss > 0 && fault.loss <= 1)) throw new FaultError('Loss is a share between 0 and 1.');
      return { begin: [{ type: 'link', between, change: { loss: fault.loss } }], undo: [{ type: 'link', between, change: { loss: 0 } }] };
    }
    case 'component-kill':
      return { begin: [press(node(fault.node), { do: 'kill-component', component: fault.component })] };
    case 'component-hang': {
      const { component } = fault;
      return { begin: [press(node(fault.node), { do: 'hang-component', component, on: true })], undo: [press(fault.node, { do: 'hang-component', component, on: false })] };
    }
    case 'container-kill':
      return { begin: machines.nodes.map((name) => press(name, { do: 'kill-container', namespace: fault.namespace, pod: fault.pod, ...(fault.container && { container: fault.container }) })) };
    case 'node-add':
      return { begin: [machines.start(fault.name ?? machines.nextNode())] };
    case 'node-remove': {
      if (node(fault.node) === CONTROL_PLANE) throw new FaultError('The control plane cannot be removed; its plug can be pulled.');
      return { begin: [{ type: 'drop', machine: fault.node }] };
    }
  }
}
