/** The board's panel: nodes as a picture, in words, on a timeline, and the scheduler's last decisions. */
import { lazy, Suspense } from 'react';
import { Board } from './board.tsx';
import css from './board.module.css';
import { ChartGantt, ChevronDown, CornerDownLeft, Funnel, LayoutGrid, Table2 } from '../icons.ts';
import { Menu } from '../menu.tsx';
import { Panel } from '../frame/panel.tsx';
import type { ClusterSnapshot } from '../cluster-store.ts';
import { isSystem } from '../model/pod-view.ts';
import { useClusterPart, usePage } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import type { BoardTab } from '../ui-state.ts';
import { FirstMinute } from '../first-minute/first-minute.tsx';
import { nodesInWords } from '../words/sentence.ts';
import { WordsLine } from '../words/words-line.tsx';

const ClusterInWords = lazy(() => import('../words/cluster-in-words.tsx').then((module) => ({ default: module.ClusterInWords })));
const Timeline = lazy(() => import('../timeline/timeline.tsx').then((module) => ({ default: module.Timeline })));
const SchedulerView = lazy(() => import('../inspector/scheduler-view.tsx').then((module) => ({ default: module.SchedulerView })));

const TABS = [
  { id: 'nodes', label: 'Nodes', icon: <LayoutGrid size={15} /> },
  { id: 'timeline', label: 'Timeline', icon: <ChartGantt size={15} /> },
  { id: 'scheduler', label: 'Scheduler', icon: <Table2 size={15} /> },
];

export function BoardPanel() {
  const page = usePage();
  const trouble = useClusterPart((snapshot) => snapshot.trouble);
  const tab = useUi((state) => state.boardTab);
  const namespace = useUi((state) => state.namespace);
  const zoom = useUi((state) => state.zoom);
  const namespaces = (): readonly string[] =>
    page.cluster
      .snapshot()
      .objects.namespaces.map((one) => one.metadata?.name ?? '')
      .sort();
  const { set } = useUi.getState();
  return (
    <Panel
      label="Board"
      area="board"
      tabs={TABS}
      active={tab === 'words' ? 'nodes' : tab}
      onTab={(id) => set({ boardTab: id as BoardTab })}
      actions={
        <>
          {zoom === undefined ? null : (
            <button className="button plain small" onClick={() => set({ zoom: undefined })}>
              Fit
            </button>
          )}
          <Menu
            trigger={
              <button className="button plain small">
                <Funnel size={14} aria-hidden />
                {namespace === '' ? 'All namespaces' : namespace}
                <ChevronDown size={13} aria-hidden />
              </button>
            }
            groups={() => [
              {
                items: [
                  { label: 'All namespaces', checked: namespace === '', run: () => set({ namespace: '' }) },
                  ...namespaces().map((name) => ({ label: name, checked: namespace === name, run: () => set({ namespace: name }) })),
                ],
              },
              {
                label: 'Zoom',
                items: [
                  ['Cards', 4],
                  ['Cells', 3],
                  ['Marks', 2],
                  ['Dots', 1],
                  ['Density', 0],
                ].map(([label, level]) => ({ label: label as string, checked: zoom === level, run: () => set({ zoom: level as number }) })),
              },
            ]}
          />
        </>
      }
      foot={<WordsLine />}
    >
      {tab === 'nodes' ? (
        <>
          <Board />
          <Empty />
        </>
      ) : null}
      <Suspense fallback={null}>
        {tab === 'words' ? <ClusterInWords /> : null}
        {tab === 'timeline' ? <Timeline /> : null}
        {tab === 'scheduler' ? <SchedulerView /> : null}
      </Suspense>
      {trouble === undefined ? null : (
        <p className={`notice ${css['trouble']}`}>
          <strong>The API does not answer.</strong> You see the last that it said: {trouble}
        </p>
      )}
      <FirstMinute />
    </Panel>
  );
}

function Empty() {
  const page = usePage();
  const empty = useClusterPart(nothingRuns);
  const count = useClusterPart((snapshot) => snapshot.nodes.filter((node) => !node.controlPlane).length);
  if (!empty) return null;
  const command = 'kubectl create deployment web --image=nginx --replicas=3';
  return (
    <div className={css['empty']}>
      <h2>{nodesInWords(count)}, nothing to run</h2>
      <p>The control plane is up and waiting for somebody to want something.</p>
      <button className="chip" onClick={() => page.terminal.type(command)} title="Types it; you press Enter">
        <CornerDownLeft size={14} aria-hidden />
        {command}
      </button>
    </div>
  );
}

function nothingRuns(snapshot: ClusterSnapshot): boolean {
  return (
    snapshot.synced &&
    snapshot.pods.every((pod) => pod.system) &&
    snapshot.objects.deployments.every((one) => isSystem(one.metadata?.namespace))
  );
}
