/** Random faults, as bad days bring them. */
import type { Random } from '../../src/base/world.ts';
import { CONTROL_PLANE } from '../../src/cluster/profile.ts';
import type { Fault } from '../../src/sandbox/sandbox.ts';
import { AUDITOR } from './auditor.ts';

const COMPONENTS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)] as T;

type Maker = (random: Random, worker: string, pods: readonly { readonly namespace: string; readonly pod: string }[]) => Fault | undefined;

const MAKERS: readonly (readonly [weight: number, make: Maker])[] = [
  [3, (_, node) => ({ type: 'node-crash', node })],
  [2, (_, node) => ({ type: 'node-reboot', node })],
  [1, (_, node) => ({ type: 'node-hang', node })],
  [1, () => ({ type: 'node-reboot', node: CONTROL_PLANE })],
  [1, () => ({ type: 'node-crash', node: CONTROL_PLANE })],
  [3, (_, node) => ({ type: 'link-cut', between: [node, CONTROL_PLANE] })],
  [1, () => ({ type: 'link-cut', between: [AUDITOR, CONTROL_PLANE] })],
  [2, (random, node) => ({ type: 'link-slow', between: [node, CONTROL_PLANE], latencyMicros: pick(random, [20_000, 200_000, 2_000_000]) })],
  [2, (random, node) => ({ type: 'link-lossy', between: [node, CONTROL_PLANE], loss: pick(random, [0.01, 0.1, 0.4]) })],
  [2, (_, node) => ({ type: 'component-kill', component: 'kubelet', node })],
  [6, (random) => ({ type: 'component-kill', component: pick(random, COMPONENTS), node: CONTROL_PLANE })],
  [1, (random) => ({ type: 'component-hang', component: pick(random, COMPONENTS), node: CONTROL_PLANE })],
  [3, (random, _, pods) => (pods.length === 0 ? undefined : { type: 'container-kill', ...pick(random, pods) })],
];

const TOTAL = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

export function drawFault(random: Random, workers: readonly string[], pods: readonly { readonly namespace: string; readonly pod: string }[]): Fault {
  for (;;) {
    let ticket = random.int(TOTAL);
    const found = MAKERS.find(([weight]) => (ticket -= weight) < 0);
    const fault = found?.[1](random, pick(random, workers), pods);
    if (fault) return fault;
  }
}

/** Whether it takes parts of the control plane away. */
export function troubles(fault: Fault): boolean {
  return 'node' in fault && fault.node === CONTROL_PLANE;
}

/** How long it lasts, in seconds. A watch is cut for so long that its revision is compacted meanwhile. */
export function lasts(fault: Fault, random: Random): number {
  if (fault.type === 'link-cut' && fault.between.includes(AUDITOR)) return 300 + random.int(600);
  return 10 + random.int(random.int(3) === 0 ? 600 : 100);
}

export function describe(fault: Fault): string {
  const { type, ...rest } = fault;
  return `${type} ${Object.values(rest).join(' ')}`;
}
