/** The board's twin: the same nodes and Pods as a table that a screen reader reads and a keyboard walks, with the same
 *  selection. */
import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useCluster, useNowMs } from '../page.tsx';
import { order } from '../board/content.ts';
import { wordNow } from '../board/paint-pod.ts';
import { PodMark } from '../board/pod-mark.tsx';
import { shortAge } from '../model/age.ts';
import type { NodeView } from '../model/node-view.ts';
import type { PodView } from '../model/pod-view.ts';
import { useUi } from '../ui-state.ts';
import css from './words.module.css';

export function ClusterInWords() {
  const snapshot = useCluster();
  const nowMs = useNowMs();
  const namespace = useUi((state) => state.namespace);
  const selection = useUi((state) => state.selection);
  const body = useRef<HTMLTableSectionElement>(null);
  const shown = (pod: PodView) => namespace === '' || pod.namespace === namespace || pod.system;
  const nodes = [...snapshot.nodes].sort((a, b) => order(a.name, b.name));
  const pending = snapshot.pending.filter(shown);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const rows = [...(body.current?.querySelectorAll<HTMLElement>('tr[tabindex]') ?? [])];
    rows[rows.indexOf(document.activeElement as HTMLElement) + step]?.focus();
  };
  const podRow = (pod: PodView) => {
    const chosen = selection?.resource === 'pods' && selection.key === pod.key;
    return (
      <tr
        key={pod.uid}
        role="row"
        aria-level={2}
        aria-selected={chosen}
        tabIndex={chosen ? 0 : -1}
        data-chosen={chosen || undefined}
        onClick={() => useUi.getState().select({ resource: 'pods', key: pod.key })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') useUi.getState().select({ resource: 'pods', key: pod.key });
        }}
      >
        <td role="gridcell" className={css['pod']}>
          <PodMark state={pod.state} size={15} label={false} />
          <code>{pod.name}</code>
          {pod.namespace === 'default' ? null : <small>{pod.namespace}</small>}
        </td>
        <td role="gridcell" data-state={pod.state}>
          {wordNow(pod, nowMs)}
        </td>
        <td role="gridcell" className="tnum">
          {pod.readyCount}/{pod.containerCount}
        </td>
        <td role="gridcell" className="tnum">
          {pod.restarts}
        </td>
        <td role="gridcell" className="tnum">
          {shortAge(nowMs - pod.createdAt)}
        </td>
      </tr>
    );
  };
  const nodeRow = (node: NodeView) => {
    const chosen = selection?.resource === 'nodes' && selection.key === node.name;
    return (
      <tr
        key={node.name}
        role="row"
        aria-level={1}
        aria-expanded
        tabIndex={0}
        aria-selected={chosen}
        data-chosen={chosen || undefined}
        className={css['node']}
        onClick={() => useUi.getState().select({ resource: 'nodes', key: node.name })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') useUi.getState().select({ resource: 'nodes', key: node.name });
        }}
      >
        <td role="gridcell">{node.name}</td>
        <td role="gridcell">
          {node.condition}
          {node.cordoned ? ', cordoned' : ''}
        </td>
        <td role="gridcell" colSpan={3}>
          {node.pods.length} Pods · cpu {node.cpu.text} · memory {node.memory.text} asked for
        </td>
      </tr>
    );
  };
  return (
    <div className={css['scroll']}>
      <table role="treegrid" aria-label="Cluster in words" className={css['table']} onKeyDown={onKeyDown}>
        <thead>
          <tr role="row">
            <th role="columnheader">Name</th>
            <th role="columnheader">State</th>
            <th role="columnheader">Ready</th>
            <th role="columnheader">Restarts</th>
            <th role="columnheader">Age</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {pending.length > 0 ? (
            <tr role="row" aria-level={1} aria-expanded tabIndex={0} className={css['node']}>
              <td role="gridcell">No node yet</td>
              <td role="gridcell" colSpan={4}>
                {pending.length === 1 ? '1 Pod waits' : `${pending.length} Pods wait`}
              </td>
            </tr>
          ) : null}
          {pending.map(podRow)}
          {nodes.flatMap((node) => [
            nodeRow(node),
            ...node.pods
              .filter(shown)
              .sort((a, b) => order(a.name, b.name))
              .map(podRow),
          ])}
        </tbody>
      </table>
    </div>
  );
}
