/** The board as a component: one canvas, redrawn when the snapshot, the size or the theme changes, and every frame while
 *  something moves. Hit test, keyboard walk and its spoken twin live here. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { KeyboardEvent, MouseEvent } from 'react';
import { shownMs, useCluster, usePage, useTime } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { boardContent } from './content.ts';
import type { Placing } from './content.ts';
import { hit, layoutBoard, walk } from './layout.ts';
import type { BoardLayout, Zoom } from './layout.ts';
import { createMotion } from './motion.ts';
import { paintBoard } from './paint.ts';
import { wordNow } from './paint-pod.ts';
import { readPalette } from './palette.ts';
import css from './board.module.css';

const REDUCED = '(prefers-reduced-motion: reduce)';

export function Board() {
  const { sandbox } = usePage();
  const snapshot = useCluster();
  const time = useTime();
  const selection = useUi((state) => state.selection);
  const namespace = useUi((state) => state.namespace);
  const zoom = useUi((state) => state.zoom);
  const hinted = useUi((state) => state.hinted);
  const themeCount = useThemeCount();
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [focused, setFocused] = useState<string | undefined>(undefined);
  const [within, setWithin] = useState(false);
  const shell = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const motion = useRef(createMotion());
  const placing = useRef<Placing>({ nodes: new Map(), tray: [] });
  const palette = useMemo(() => {
    void themeCount;
    return readPalette();
  }, [themeCount]);

  const layout = useMemo<BoardLayout | undefined>(() => {
    if (size.width === 0) return undefined;
    const { content, placing: next } = boardContent(snapshot, namespace, placing.current);
    placing.current = next;
    return layoutBoard(content, size.width / palette.scale, size.height / palette.scale, zoom as Zoom | undefined);
  }, [snapshot, namespace, zoom, size, palette]);

  useEffect(() => {
    const element = shell.current!;
    const watcher = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  const selectedPod = selection?.resource === 'pods' ? selection.key : undefined;
  const selectedNode = selection?.resource === 'nodes' ? selection.key : undefined;
  const still = !time.playing || time.speed > 16 || time.lookingAtMicros !== undefined;

  useEffect(() => {
    if (!layout) return undefined;
    const reduced = matchMedia(REDUCED).matches;
    motion.current.update(layout, performance.now(), { still, durations: reduced ? { state: 120, move: 0 } : { state: 240, move: 480 } });
    const breathes = !reduced && time.playing && layout.zoom >= 3 && layout.pods.some((box) => box.pod.state === 'not-ready');
    let handle = 0;
    const draw = (): void => {
      const element = canvas.current;
      if (!element) return;
      const now = performance.now();
      const { boxes, active } = motion.current.frame(now);
      const ctx = prepare(element, size.width, Math.max(size.height, layout.height * palette.scale), palette.scale);
      paintBoard(ctx, {
        layout,
        boxes,
        palette,
        selected: selectedPod,
        focused: within ? focused : undefined,
        selectedNode,
        hinted: HINTS(hinted),
        nowMs: shownMs(sandbox.time.state),
        breath: breathes ? 0.5 + 0.5 * Math.cos((now / 2400) * 2 * Math.PI) : 1,
      });
      if (active || breathes) handle = requestAnimationFrame(draw);
    };
    draw();
    return () => cancelAnimationFrame(handle);
    // Cluster seconds redraw back-off rings and grace counters.
  }, [
    layout,
    palette,
    size,
    selectedPod,
    selectedNode,
    focused,
    within,
    still,
    hinted,
    sandbox,
    time.playing,
    Math.floor(time.nowMs / 250),
    time.lookingAtMicros,
  ]);

  const at = (event: MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return layout ? hit(layout, (event.clientX - box.left) / palette.scale, (event.clientY - box.top) / palette.scale) : {};
  };
  const onClick = (event: MouseEvent): void => {
    const { pod, node } = at(event);
    if (pod) {
      setFocused(pod.key);
      useUi.getState().select({ resource: 'pods', key: pod.key });
    } else useUi.getState().select(node ? { resource: 'nodes', key: node.name } : undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step && layout) {
      event.preventDefault();
      setFocused(walk(layout, focused ?? selectedPod, step[0]!, step[1]!)?.key ?? focused);
    } else if (event.key === 'Enter' && focused !== undefined) useUi.getState().select({ resource: 'pods', key: focused });
    else if (event.key === 'Escape') useUi.getState().select(undefined);
    else if (event.key === '+' || event.key === '-')
      useUi.getState().set({ zoom: Math.min(4, Math.max(0, (layout?.zoom ?? 4) + (event.key === '+' ? 1 : -1))) });
  };
  const spoken = layout?.pods.find((box) => box.pod.key === focused)?.pod;
  return (
    <div className={css['board']} ref={shell}>
      <div
        className={css['stage']}
        role="application"
        tabIndex={0}
        aria-label="Board: nodes and the Pods on them. Arrow keys walk from Pod to Pod, Enter selects; press W for the same in words."
        aria-activedescendant={spoken ? 'board-focus' : undefined}
        onKeyDown={onKeyDown}
        onFocus={() => setWithin(true)}
        onBlur={() => setWithin(false)}
        data-zoom={layout?.zoom}
        style={layout && layout.height * palette.scale > size.height ? { height: layout.height * palette.scale } : undefined}
      >
        <canvas
          ref={canvas}
          className={css['canvas']}
          onClick={onClick}
          onMouseMove={(event) => {
            const { pod, node } = at(event);
            event.currentTarget.style.cursor = pod || node ? 'pointer' : '';
          }}
          aria-hidden
        />
        {spoken ? (
          <span
            id="board-focus"
            role="img"
            className="hidden-visually"
            aria-label={`${spoken.name}, ${wordNow(spoken, shownMs(time))}, ${spoken.node ? `on ${spoken.node}` : 'no node yet'}, ${spoken.restarts} restarts`}
          />
        ) : null}
      </div>
    </div>
  );
}

const HINT_SETS = new WeakMap<readonly string[], ReadonlySet<string>>();
function HINTS(keys: readonly string[]): ReadonlySet<string> {
  let set = HINT_SETS.get(keys);
  if (!set) HINT_SETS.set(keys, (set = new Set(keys)));
  return set;
}

function prepare(canvas: HTMLCanvasElement, width: number, height: number, scale: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio || 1;
  const w = Math.round(width * ratio);
  const h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const ctx = canvas.getContext('2d')!;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  ctx.scale(scale, scale);
  return ctx;
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
