/** The board's canvas: it hears of snapshots itself and draws in the page's frame, without React. The canvas is as large as
 *  what is seen of the board, however long the board is. */
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { ClusterStore } from '../cluster-store.ts';
import { draw, dropTurn } from '../frames.ts';
import type { PodView } from '../model/pod-view.ts';
import { shownMs } from '../page.tsx';
import { boardContent, NOTHING_PLACED } from './content.ts';
import type { Placing } from './content.ts';
import { hit, layoutBoard, walk } from './layout.ts';
import type { BoardLayout, Rect, Zoom } from './layout.ts';
import { createMotion } from './motion.ts';
import { paintBoard } from './paint.ts';
import type { Palette } from './palette.ts';

/** What the learner chose, and how time runs. */
export interface BoardInputs {
  readonly namespace: string;
  readonly zoom: number | undefined;
  readonly palette: Palette;
  readonly selected: string | undefined;
  readonly selectedNode: string | undefined;
  readonly hinted: ReadonlySet<string>;
  /** The keyboard's place, while the board has the focus. */
  readonly focused: string | undefined;
  readonly playing: boolean;
  /** States cut, and nothing travels. */
  readonly still: boolean;
}

export interface BoardView extends Disposable {
  set(inputs: BoardInputs): void;
  at(clientX: number, clientY: number): ReturnType<typeof hit>;
  /** The next Pod from the keyboard's place. */
  walk(from: string | undefined, dx: number, dy: number): PodView | undefined;
  zoom(): number;
}

const REDUCED = '(prefers-reduced-motion: reduce)';
/** Not-ready Pods breathe this often, rings and counters of cluster time move this often. */
const BREATH_MS = 50;
const COUNTERS_MS = 250;

interface Parts {
  readonly scroller: HTMLElement;
  /** As high as the whole board. */
  readonly stage: HTMLElement;
  readonly canvas: HTMLCanvasElement;
}

export function createBoardView(
  { scroller, stage, canvas }: Parts,
  page: { readonly cluster: ClusterStore; readonly sandbox: Sandbox },
): BoardView {
  const motion = createMotion();
  let placing: Placing = NOTHING_PLACED;
  let inputs: BoardInputs | undefined;
  let layout: BoardLayout | undefined;
  let laidOutFor: readonly unknown[] = [];
  let size = { width: 0, height: 0 };
  let standing: Rect | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = (): void => draw(frame);
  const stop = page.cluster.subscribe(again);
  const resized = new ResizeObserver(() => {
    size = { width: scroller.clientWidth, height: scroller.clientHeight };
    // At once: the canvas was stretched or cut by the new size already.
    frame();
  });
  resized.observe(scroller);
  scroller.addEventListener('scroll', again, { passive: true });

  function frame(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!inputs || size.width === 0) return;
    const now = performance.now();
    const reduced = matchMedia(REDUCED).matches;
    layOut(inputs, now, reduced);
    const moving = motion.frame(now);
    const breathes = !reduced && inputs.playing && layout!.zoom >= 3 && layout!.pods.some((box) => box.pod.state === 'not-ready');
    paint(inputs, moving, breathes ? 0.5 + 0.5 * Math.cos((now / 2400) * 2 * Math.PI) : 1);
    if (moving.moving.size > 0 || moving.gone.length > 0) again();
    else if (breathes) timer = setTimeout(again, BREATH_MS);
    else if (inputs.playing && layout!.zoom >= 3 && layout!.pods.some(counts)) timer = setTimeout(again, COUNTERS_MS);
  }

  function layOut({ palette, namespace, zoom, still, focused }: BoardInputs, now: number, reduced: boolean): void {
    const snapshot = page.cluster.snapshot();
    const parts = [
      snapshot.nodes,
      snapshot.pending,
      snapshot.pending.length > 0 && snapshot.objects.events,
      namespace,
      zoom,
      size,
      palette.scale,
    ];
    if (layout && parts.every((part, at) => part === laidOutFor[at])) return;
    laidOutFor = parts;
    const next = boardContent(snapshot, namespace, placing);
    placing = next.placing;
    layout = layoutBoard(next.content, size.width / palette.scale, size.height / palette.scale, zoom as Zoom | undefined);
    const durations = reduced ? { state: 120, move: 0 } : { state: 240, move: 480 };
    motion.update(layout, now, { still: still || layout.zoom === 0, durations });
    if (focused !== undefined) standing = layout.pods.find((box) => box.pod.key === focused) ?? standing;
    stage.dataset['zoom'] = String(layout.zoom);
    const height = layout.height * palette.scale;
    stage.style.height = height > size.height ? `${height}px` : '';
  }

  function paint(given: BoardInputs, moving: ReturnType<typeof motion.frame>, breath: number): void {
    const { palette } = given;
    const ctx = prepare(canvas, size.width, size.height);
    const top = scroller.scrollTop / palette.scale;
    ctx.scale(palette.scale, palette.scale);
    ctx.translate(0, -top);
    paintBoard(ctx, {
      ...given,
      layout: layout!,
      motion: moving,
      top,
      bottom: top + size.height / palette.scale,
      nowMs: shownMs(page.sandbox.time.state),
      breath,
    });
  }

  return {
    set(next) {
      inputs = next;
      again();
    },
    at(clientX, clientY) {
      if (!layout || !inputs) return {};
      const box = canvas.getBoundingClientRect();
      const { scale } = inputs.palette;
      return hit(layout, (clientX - box.left) / scale, (clientY - box.top + scroller.scrollTop) / scale);
    },
    walk(from, dx, dy) {
      if (!layout) return undefined;
      const known = layout.pods.some((box) => box.pod.key === from);
      const next = walk(layout, known || !standing ? from : standing, dx, dy);
      standing = layout.pods.find((box) => box.pod === next) ?? standing;
      if (standing && inputs) show(standing, inputs.palette.scale);
      return next;
    },
    zoom: () => layout?.zoom ?? 4,
    [Symbol.dispose]() {
      stop();
      resized.disconnect();
      scroller.removeEventListener('scroll', again);
      clearTimeout(timer);
      dropTurn(frame);
    },
  };

  /** Scrolls so far that the box is seen. */
  function show(box: Rect, scale: number): void {
    const top = (box.y - 12) * scale;
    const bottom = (box.y + box.h + 12) * scale;
    if (top < scroller.scrollTop) scroller.scrollTop = Math.max(0, top);
    else if (bottom > scroller.scrollTop + size.height) scroller.scrollTop = bottom - size.height;
  }
}

/** A ring or a number on it follows cluster time. */
const counts = ({ pod }: { readonly pod: PodView }): boolean => pod.backOffSince !== undefined || pod.graceEndsAt !== undefined;

function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
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
  return ctx;
}
