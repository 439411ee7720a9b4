/** Everything that can be broken, and mended again: plugs, links, parts of the control plane, Pods. */
import { DropdownTrigger } from './trigger.tsx';
import { Menu } from '../menu.tsx';
import type { MenuGroup, MenuItem } from '../menu.tsx';
import { Cpu, Plus, Power, Scissors, Timer, Trash2, Unplug, Wrench } from '../icons.ts';
import { order } from '../board/content.ts';
import { usePage, useTimeSlowly } from '../page.tsx';
import type { Page } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { begin, deletePod, faultTitle, mend } from './faults.ts';

const PARTS: readonly (readonly [string, string])[] = [
  ['kube-apiserver', 'API server'],
  ['kube-scheduler', 'Scheduler'],
  ['kube-controller-manager', 'Controllers'],
  ['etcd', 'etcd'],
];

export function BreakMenu({ compact }: { readonly compact: boolean }) {
  const page = usePage();
  useTimeSlowly();
  const { sandbox } = page;
  const count = sandbox.faults.filter((one) => one.undoable).length;
  return (
    <Menu
      trigger={<DropdownTrigger compact={compact} count={count} disabled={!sandbox.capabilities.faults} />}
      groups={() => groupsOf(page)}
    />
  );
}

function groupsOf(page: Page): readonly MenuGroup[] {
  const { sandbox } = page;
  const snapshot = page.cluster.snapshot();
  const { selection } = useUi.getState();
  const nodes = snapshot.nodes.map((node) => node.name).sort(order);
  const workers = snapshot.nodes
    .filter((node) => !node.controlPlane)
    .map((node) => node.name)
    .sort(order);
  const crashed = new Set(
    sandbox.faults.flatMap((one) => (one.fault.type === 'node-crash' || one.fault.type === 'node-remove' ? [one.fault.node] : [])),
  );
  const plane = snapshot.nodes.find((node) => node.controlPlane)?.name ?? 'control-plane';
  const pods = snapshot.pods.filter((pod) => !pod.system && pod.state !== 'terminating' && pod.state !== 'succeeded');
  const chosen = selection?.resource === 'pods' ? pods.find((pod) => pod.key === selection.key) : undefined;
  const plugs: MenuItem = {
    label: 'Pull a plug',
    icon: <Unplug size={15} />,
    items: nodes
      .filter((node) => !crashed.has(node))
      .map((node) => ({
        label: node,
        detail: node === plane ? 'the whole control plane stops' : 'power off, at once',
        run: () => void begin(page, { type: 'node-crash', node }),
      })),
  };
  const kill: MenuItem = {
    label: 'Kill a Pod',
    icon: <Trash2 size={15} />,
    items: [...(chosen ? [chosen] : []), ...pods.filter((pod) => pod !== chosen)]
      .slice(0, 15)
      .map((pod) => ({ label: pod.name, detail: pod.node ?? 'no node yet', run: () => void deletePod(page, pod) })),
  };
  const cuts: MenuItem = {
    label: 'Cut a link',
    icon: <Scissors size={15} />,
    items: workers.map((node) => ({
      label: `${node} – ${plane}`,
      detail: 'both go on running, and hear nothing',
      run: () => void begin(page, { type: 'link-cut', between: [node, plane] }),
    })),
  };
  const slow: MenuItem = {
    label: 'Slow a link',
    icon: <Timer size={15} />,
    items: workers.map((node) => ({
      label: `${node} – ${plane}`,
      detail: '2 s each way',
      run: () => void begin(page, { type: 'link-slow', between: [node, plane], latencyMicros: 2_000_000 }),
    })),
  };
  const parts: MenuItem = {
    label: 'Kill a part of the control plane',
    icon: <Cpu size={15} />,
    items: PARTS.map(([component, label]) => ({
      label,
      detail: 'the kubelet starts it again',
      run: () => void begin(page, { type: 'component-kill', component, node: plane }),
    })),
  };
  const groups: MenuGroup[] = [
    { items: [kill, plugs, cuts, slow, parts] },
    {
      label: 'The other way',
      items: [
        { label: 'Add a node', icon: <Plus size={15} />, run: () => void begin(page, { type: 'node-add' }) },
        {
          label: 'Remove a node',
          icon: <Power size={15} />,
          items: workers.map((node) => ({ label: node, detail: 'for good', run: () => void begin(page, { type: 'node-remove', node }) })),
        },
      ],
    },
  ];
  const active = sandbox.faults.filter((one) => one.undoable);
  if (active.length > 0)
    groups.unshift({
      label: 'Broken now',
      items: active.map((one) => ({
        label: `Mend: ${faultTitle(one.fault)}`,
        icon: <Wrench size={15} />,
        run: () => void mend(page, one.id),
      })),
    });
  return groups;
}
