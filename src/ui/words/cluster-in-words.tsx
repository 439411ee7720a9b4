/** The board's twin: the same nodes and Pods as a table that a screen reader reads and a keyboard walks, with the same
 *  selection. Of a long table only the rows that are seen are in the document. */
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useCluster, useNowMs } from '../page.tsx';
import { wordNow } from '../board/paint-pod.ts';
import { PodMark } from '../board/pod-mark.tsx';
import { draw } from '../frames.ts';
import { shortAge } from '../model/age.ts';
import type { NodeView } from '../model/node-view.ts';
import type { PodView } from '../model/pod-view.ts';
import { useUi } from '../ui-state.ts';
import { rowsOf, windowOf } from './rows.ts';
import type { Row } from './rows.ts';
import css from './words.module.css';

export function ClusterInWords() {
  const { nodes, pending } = useCluster();
  const nowMs = useNowMs();
  const namespace = useUi((state) => state.namespace);
  const selection = useUi((state) => state.selection);
  const rows = useMemo(() => rowsOf(nodes, pending, namespace), [nodes, pending, namespace]);
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0, row: 30 });
  const { first, last } = windowOf(rows.length, view);
  const focus = useRef<{ readonly key: string; readonly at: number } | undefined>(undefined);
  const wanted = useRef<string | undefined>(undefined);

  useLayoutEffect(() => {
    const element = scroller.current!;
    const look = (): void => {
      const row = element.querySelector('tr[data-row]')?.getBoundingClientRect().height ?? 30;
      const next = { top: element.scrollTop, height: element.clientHeight, row };
      setView((now) => (now.top === next.top && now.height === next.height && now.row === row ? now : next));
    };
    const scrolled = (): void => draw(look);
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, []);

  // After every drawing: to the row that was walked to, or to the next where the row in focus went away.
  useLayoutEffect(() => {
    const was = focus.current;
    const lost = was !== undefined && document.activeElement === document.body && !rows.some((row) => row.key === was.key);
    const key = wanted.current ?? (lost ? rows[Math.min(was.at, rows.length - 1)]?.key : undefined);
    wanted.current = undefined;
    if (key !== undefined)
      scroller.current?.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    const from = rows.findIndex((row) => row.key === (document.activeElement as HTMLElement).dataset['row']);
    if (step === undefined || from < 0) return;
    event.preventDefault();
    const at = Math.min(rows.length - 1, Math.max(0, from + step));
    wanted.current = rows[at]!.key;
    const top = at * view.row;
    const element = scroller.current!;
    // Under the heading, which stays.
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + 2 * view.row > element.scrollTop + view.height) element.scrollTop = top + 2 * view.row - view.height;
    setView({ ...view, top: element.scrollTop });
  };
  const choose = (row: Row): void => {
    if (row.pod) useUi.getState().select({ resource: 'pods', key: row.pod.key });
    else if (row.node) useUi.getState().select({ resource: 'nodes', key: row.node.name });
  };
  return (
    <div className={css['scroll']} ref={scroller}>
      <table role="treegrid" aria-label="Cluster in words" aria-rowcount={rows.length + 1} className={css['table']} onKeyDown={onKeyDown}>
        <thead>
          <tr role="row" aria-rowindex={1}>
            <th role="columnheader">Name</th>
            <th role="columnheader">State</th>
            <th role="columnheader">Ready</th>
            <th role="columnheader">Restarts</th>
            <th role="columnheader">Age</th>
          </tr>
        </thead>
        <tbody>
          <Space rows={first} height={view.row} />
          {rows.slice(first, last).map((row, index) => {
            const at = first + index;
            const chosen = row.pod
              ? selection?.resource === 'pods' && selection.key === row.pod.key
              : selection?.resource === 'nodes' && selection.key === row.node?.name;
            return (
              <tr
                key={row.key}
                role="row"
                data-row={row.key}
                aria-rowindex={at + 2}
                aria-level={row.pod ? 2 : 1}
                aria-expanded={row.pod ? undefined : true}
                aria-selected={chosen}
                tabIndex={!row.pod || chosen ? 0 : -1}
                data-chosen={chosen || undefined}
                className={row.pod ? undefined : css['node']}
                onClick={() => choose(row)}
                onFocus={() => {
                  focus.current = { key: row.key, at };
                }}
                onBlur={() => {
                  focus.current = undefined;
                }}
                onKeyDown={(event) => {
                  if (event.key === 'Enter') choose(row);
                }}
              >
                {row.pod ? (
                  <PodCells pod={row.pod} word={wordNow(row.pod, nowMs)} age={shortAge(nowMs - row.pod.createdAt)} />
                ) : row.node ? (
                  <NodeCells node={row.node} />
                ) : (
                  <TrayCells count={pending.length} />
                )}
              </tr>
            );
          })}
          <Space rows={rows.length - last} height={view.row} />
        </tbody>
      </table>
    </div>
  );
}

function Space({ rows, height }: { readonly rows: number; readonly height: number }) {
  return rows > 0 ? <tr aria-hidden style={{ height: `${rows * height}px` }} /> : null;
}

const PodCells = memo(function PodCells({ pod, word, age }: { readonly pod: PodView; readonly word: string; readonly age: string }) {
  return (
    <>
      <td role="gridcell" className={css['pod']}>
        <PodMark state={pod.state} size={15} label={false} />
        <code>{pod.name}</code>
        {pod.namespace === 'default' ? null : <small>{pod.namespace}</small>}
      </td>
      <td role="gridcell" data-state={pod.state}>
        {word}
      </td>
      <td role="gridcell" className="tnum">
        {pod.readyCount}/{pod.containerCount}
      </td>
      <td role="gridcell" className="tnum">
        {pod.restarts}
      </td>
      <td role="gridcell" className="tnum">
        {age}
      </td>
    </>
  );
});

const NodeCells = memo(function NodeCells({ node }: { readonly node: NodeView }) {
  return (
    <>
      <td role="gridcell">{node.name}</td>
      <td role="gridcell">
        {node.condition}
        {node.cordoned ? ', cordoned' : ''}
      </td>
      <td role="gridcell" colSpan={3}>
        {node.pods.length} Pods · cpu {node.cpu.text} · memory {node.memory.text} asked for
      </td>
    </>
  );
});

function TrayCells({ count }: { readonly count: number }) {
  return (
    <>
      <td role="gridcell">No node yet</td>
      <td role="gridcell" colSpan={4}>
        {count === 1 ? '1 Pod waits' : `${count} Pods wait`}
      </td>
    </>
  );
}
