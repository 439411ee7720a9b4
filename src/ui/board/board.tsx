/** The board as a component: the stage around the canvas, with pointer, keyboard walk and the spoken twin. What is on the
 *  canvas is drawn by board-view.ts. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { useCluster, useNowMs, usePace, usePage } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { createBoardView } from './board-view.ts';
import type { BoardView } from './board-view.ts';
import { wordNow } from './paint-pod.ts';
import { readPalette } from './palette.ts';
import css from './board.module.css';

export function Board() {
  const page = usePage();
  const pace = usePace();
  const selection = useUi((state) => state.selection);
  const namespace = useUi((state) => state.namespace);
  const zoom = useUi((state) => state.zoom);
  const hintedKeys = useUi((state) => state.hinted);
  const themeCount = useThemeCount();
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const [within, setWithin] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<BoardView | undefined>(undefined);
  const hinted = useMemo(() => new Set(hintedKeys), [hintedKeys]);
  const palette = useMemo(() => {
    void themeCount;
    return readPalette();
  }, [themeCount]);
  const selected = selection?.resource === 'pods' ? selection.key : undefined;
  const selectedNode = selection?.resource === 'nodes' ? selection.key : undefined;

  useEffect(() => {
    const made = createBoardView({ scroller: scroller.current!, stage: stage.current!, canvas: canvas.current! }, page);
    view.current = made;
    return () => made[Symbol.dispose]();
  }, [page]);

  useEffect(() => {
    const { playing } = pace;
    const still = !playing || pace.speed > 16 || pace.lookingAtMicros !== undefined;
    view.current?.set({
      namespace,
      zoom,
      palette,
      selected,
      selectedNode,
      hinted,
      focused: within ? focused : undefined,
      playing,
      still,
    });
  }, [page, pace, namespace, zoom, palette, selected, selectedNode, hinted, focused, within]);

  const onClick = (event: MouseEvent): void => {
    const { pod, node } = view.current?.at(event.clientX, event.clientY) ?? {};
    if (pod) {
      setFocused(pod.key);
      useUi.getState().select({ resource: 'pods', key: pod.key });
    } else useUi.getState().select(node ? { resource: 'nodes', key: node.name } : undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) {
      event.preventDefault();
      setFocused(view.current?.walk(focused ?? selected, step[0]!, step[1]!)?.key ?? focused);
    } else if (event.key === 'Enter' && focused !== undefined) useUi.getState().select({ resource: 'pods', key: focused });
    else if (event.key === 'Escape') useUi.getState().select(undefined);
    else if (event.key === '+' || event.key === '-')
      useUi.getState().set({ zoom: Math.min(4, Math.max(0, (view.current?.zoom() ?? 4) + (event.key === '+' ? 1 : -1))) });
  };
  return (
    <div className={css['board']} ref={scroller}>
      <div
        className={css['stage']}
        ref={stage}
        role="application"
        tabIndex={0}
        aria-label="Board: nodes and the Pods on them. Arrow keys walk from Pod to Pod, Enter selects; press W for the same in words."
        aria-activedescendant={focused === undefined ? undefined : 'board-focus'}
        onKeyDown={onKeyDown}
        onFocus={() => setWithin(true)}
        onBlur={() => setWithin(false)}
      >
        <canvas
          ref={canvas}
          className={css['canvas']}
          onClick={onClick}
          onMouseMove={(event) => {
            const { pod, node } = view.current?.at(event.clientX, event.clientY) ?? {};
            event.currentTarget.style.cursor = pod || node ? 'pointer' : '';
            // Names are cut where their place is narrow.
            event.currentTarget.title = pod?.name ?? node?.name ?? '';
          }}
          aria-hidden
        />
        {focused === undefined ? null : <Spoken focused={focused} />}
      </div>
    </div>
  );
}

/** What a screen reader says of the Pod at the keyboard's place. */
function Spoken({ focused }: { readonly focused: string }) {
  const { pods } = useCluster();
  const nowMs = useNowMs();
  const pod = pods.find((one) => one.key === focused);
  const label = pod
    ? `${pod.name}, ${wordNow(pod, nowMs)}, ${pod.node ? `on ${pod.node}` : 'no node yet'}, ${pod.restarts} restarts`
    : `${focused.split('/').at(-1)}, gone`;
  return <span id="board-focus" role="img" className="hidden-visually" aria-label={label} />;
}

let themeCount = 0;
/** Changes whenever the theme does: the canvas must read its colours again. */
function useThemeCount(): number {
  return useSyncExternalStore(
    (listener) => {
      const watcher = new MutationObserver(() => {
        themeCount++;
        listener();
      });
      watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
      return () => watcher.disconnect();
    },
    () => themeCount,
  );
}
