/** Three small invitations, each when it makes sense, none in the way: kill a Pod, pull a plug, read why. */
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { TraceRecord } from '../../base/trace.ts';
import { begin, deletePod } from '../break-menu/faults.ts';
import type { ClusterSnapshot } from '../cluster-store.ts';
import { CircleQuestionMark, CornerDownLeft, Trash2, Unplug } from '../icons.ts';
import type { PodView } from '../model/pod-view.ts';
import { useCluster, usePage, useTrace } from '../page.tsx';
import type { Page } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import css from './first-minute.module.css';

interface Stage {
  readonly lead: string;
  readonly question: string;
  readonly icon: ReactNode;
  readonly label: string;
  /** Typed, never run. */
  readonly command?: string;
  run(): void;
}

export function FirstMinute() {
  const page = usePage();
  const snapshot = useCluster();
  const records = useTrace();
  const ui = useUi();
  const { unplugged, killed } = useMemo(() => deedsOf(records), [records]);
  if (ui.firstMinuteDone || ui.lesson !== undefined || ui.boardTab !== 'nodes' || !snapshot.synced) return null;
  const victim = victimOf(snapshot);
  if (!victim) return null;
  const stage = unplugged ? wait(page) : killed ? unplug(page, victim) : kill(page, victim);
  return (
    <aside className={css['strip']} aria-label="First steps">
      <p>
        <b>{stage.lead}</b> {stage.question}
      </p>
      {stage.command === undefined ? null : (
        <button className="chip" title="Types it; you press Enter" onClick={() => page.terminal.type(stage.command ?? '')}>
          <CornerDownLeft size={14} aria-hidden />
          {stage.command}
        </button>
      )}
      {/* One button for all stages: whoever pressed it by keyboard stays on it. */}
      <button className="button filled" onClick={() => stage.run()}>
        {stage.icon} {stage.label}
      </button>
      <button className="button plain small" onClick={() => ui.set({ firstMinuteDone: true })}>
        Just the sandbox
      </button>
    </aside>
  );
}

/** What the learner has broken so far. */
function deedsOf(records: readonly TraceRecord[]): { readonly unplugged: boolean; readonly killed: boolean } {
  const unplugged = records.some((record) => record.event.type === 'fault' && record.event.name === 'node-crash');
  const killed = records.some(
    (record) => record.event.type === 'request' && record.event.verb === 'delete' && record.event.path.includes('/pods/'),
  );
  return { unplugged, killed: unplugged || killed };
}

/** One of several that do the same: the others go on answering. */
function victimOf({ pods }: ClusterSnapshot): PodView | undefined {
  const seen = new Set<string>();
  return pods.find((pod) => {
    if (pod.system || pod.state !== 'ready') return false;
    if (seen.has(pod.group)) return true;
    seen.add(pod.group);
    return false;
  });
}

const kill = (page: Page, victim: PodView): Stage => ({
  lead: 'It runs.',
  question: 'What happens when a Pod dies?',
  icon: <Trash2 size={15} aria-hidden />,
  label: `Kill ${victim.suffix}`,
  run() {
    useUi.getState().select({ resource: 'pods', key: victim.key });
    useUi.getState().set({ inspectorTab: 'why' });
    void deletePod(page, victim);
  },
});

const unplug = (page: Page, { node }: PodView): Stage => ({
  lead: 'Something made another.',
  question: 'And when a whole node goes?',
  icon: <Unplug size={15} aria-hidden />,
  label: `Unplug ${node ?? 'worker-1'}`,
  command: 'kubectl get pods',
  run() {
    void begin(page, { type: 'node-crash', node: node ?? 'worker-1' });
  },
});

const wait = (page: Page): Stage => ({
  lead: 'Nobody told the cluster.',
  question: 'Run the clock faster, and read who notices.',
  icon: <CircleQuestionMark size={15} aria-hidden />,
  label: 'Run at ×16',
  run() {
    page.sandbox.time.setSpeed(16);
    page.sandbox.time.play();
    useUi.getState().set({ inspectorTab: 'why', firstMinuteDone: true });
  },
});
