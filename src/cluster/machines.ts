/** Which machines a profile starts, and what software each kind gets. */
import type { JournalEntry, JournalInput } from '../sim/journal.ts';
import type { MachineBuilder, MachineContext } from '../sim/machine-context.ts';
import type { Profile } from '../sandbox/sandbox.ts';
import type { ControlPlaneHooks, ControlPlaneOptions } from './control-plane-machine.ts';
import type { NodeOptions } from './node-machine.ts';
import { CONTROL_PLANE, SHELL } from './profile.ts';
import { keySourceOf } from './key-source.ts';
import { buildShell } from './shell-machine.ts';
import type { ShellOptions } from './shell-machine.ts';

export const workerName = (index: number): string => `worker-${index}`;
/** undefined: not a worker by our naming. */
export function workerIndex(name: string): number | undefined {
  const match = /^worker-([1-9]\d*)$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

const essentials = ({ version, node, instantImages, nodes }: Profile): NodeOptions['profile'] => ({
  version,
  node,
  nodes,
  ...(instantImages && { instantImages }),
});

export function startNode(profile: Profile, name: string, index: number, zone?: string): JournalInput {
  return {
    type: 'start',
    machine: name,
    kind: 'node',
    options: { index, profile: essentials(profile), ...(zone && { zone }) } satisfies NodeOptions,
  };
}

/** The entries at time 0. */
export function firstEntries(profile: Profile): readonly JournalEntry[] {
  const controlPlane: ControlPlaneOptions = {
    index: 0,
    profile: essentials(profile),
    keys: keySourceOf(profile),
    ...(profile.addons && { addons: profile.addons }),
    ...(profile.manifests && { manifests: profile.manifests }),
    ...(profile.encryptSecrets && { encryptSecrets: true }),
    ...(profile.restore && { restore: profile.restore }),
  };
  const shell: ShellOptions = { keys: keySourceOf(profile), ...(profile.files && { files: profile.files }) };
  const inputs: JournalInput[] = [{ type: 'start', machine: CONTROL_PLANE, kind: 'control-plane', options: controlPlane }];
  for (let index = 1; index <= profile.nodes; index += 1) inputs.push(startNode(profile, workerName(index), index));
  inputs.push({ type: 'start', machine: SHELL, kind: 'shell', options: shell });
  return inputs.map((input) => ({ at: 0, input }));
}

/** The builder of every machine. Hooks are for tests that look inside. The software of nodes is loaded with the first of them:
 *  a page shows its prompt before. Time stands until it is there, so history does not notice. */
export function machineBuilder(hooks: ControlPlaneHooks = {}): MachineBuilder {
  return (context, kind, options) => {
    if (kind === 'shell') buildShell(context, options as ShellOptions);
    else context.spawn('boot', () => bootNode(context, kind, options, hooks));
  };
}

async function bootNode(context: MachineContext, kind: string, options: unknown, hooks: ControlPlaneHooks): Promise<void> {
  const { buildControlPlane, buildNode } = await context.external(import('./node-software.ts'));
  if (kind === 'control-plane') buildControlPlane(context, options as ControlPlaneOptions, hooks);
  else buildNode(context, options as NodeOptions);
}
