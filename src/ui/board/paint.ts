/** Draws one frame of the board: nodes, tray, labels. Pods are drawn in paint-pod.ts. Knows nothing but rectangles and
 *  the palette, so a frame is a pure function of what it is given. */
import type { BoardLayout, NodeBox, PodBox, TrayBox } from './layout.ts';
import type { Moved, MovingFrame } from './motion.ts';
import { paintDots, paintPod, paintRing } from './paint-pod.ts';
import type { Palette } from './palette.ts';

export interface Frame {
  readonly layout: BoardLayout;
  readonly motion: MovingFrame;
  /** The part of the layout that is seen. */
  readonly top: number;
  readonly bottom: number;
  readonly palette: Palette;
  readonly selected: string | undefined;
  readonly focused: string | undefined;
  readonly hinted: ReadonlySet<string>;
  /** The node that is selected. */
  readonly selectedNode: string | undefined;
  readonly nowMs: number;
  /** 0 to 1: the breath of Pods that are not ready. */
  readonly breath: number;
}

export type Ctx = CanvasRenderingContext2D;

/** Draws what is between `top` and `bottom`. */
export function paintBoard(ctx: Ctx, frame: Frame): void {
  const { layout, palette } = frame;
  const seen = layout.nodes.filter((box) => box.y < frame.bottom && box.y + box.h > frame.top);
  if (layout.tray) paintTray(ctx, layout.tray, palette);
  for (const box of seen) paintNode(ctx, box, frame);
  ctx.font = `400 11px ${palette.ui}`;
  ctx.fillStyle = palette.ink2;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const { labels } of layout.tray ? [layout.tray, ...seen] : seen)
    for (const label of labels) ctx.fillText(cut(ctx, label.text, label.w), label.x + 1, label.y);
  if (layout.tray) paintPods(ctx, layout.tray.pods, 1, frame);
  for (const box of seen) paintPods(ctx, box.pods, box.node.ready ? 1 : LOST, frame);
  for (const moved of frame.motion.gone) paintMoved(ctx, moved, 1, frame);
  for (const moved of frame.motion.moving.values()) if (moved.travels) paintMoved(ctx, moved, 1, frame);
  ctx.globalAlpha = 1;
  if (frame.selected !== undefined || frame.focused !== undefined || frame.hinted.size > 0) paintRings(ctx, seen, frame);
}

/** Of a node that does not answer, what was last seen. */
const LOST = 0.55;

function paintPods(ctx: Ctx, boxes: readonly PodBox[], strength: number, frame: Frame): void {
  const { moving } = frame.motion;
  const dots: PodBox[] = [];
  for (const box of boxes) {
    const moved = moving.size > 0 ? moving.get(box.pod.uid) : undefined;
    if (moved?.travels) continue;
    if (moved) paintMoved(ctx, moved, strength, frame);
    else if (box.zoom === 1) dots.push(box);
    else if (box.y < frame.bottom && box.y + box.h > frame.top) {
      ctx.globalAlpha = strength;
      paintPod(ctx, { box, alpha: 1, travels: false }, frame);
    }
  }
  paintDots(ctx, dots, strength, frame.palette);
}

function paintMoved(ctx: Ctx, moved: Moved, strength: number, frame: Frame): void {
  if (moved.box.zoom === 1) paintDots(ctx, [moved.box], moved.alpha * strength, frame.palette);
  else {
    ctx.globalAlpha = moved.alpha * strength;
    paintPod(ctx, moved, frame);
  }
}

function paintRings(ctx: Ctx, seen: readonly NodeBox[], frame: Frame): void {
  const { layout, palette } = frame;
  for (const { pods } of layout.tray ? [layout.tray, ...seen] : seen)
    for (const place of pods) {
      const { key, uid } = place.pod;
      const box = frame.motion.moving.get(uid)?.box ?? place;
      if (key === frame.selected) paintRing(ctx, box, palette, false);
      else if (key === frame.focused) paintRing(ctx, box, palette, true);
      else if (frame.hinted.has(key)) paintRing(ctx, box, palette, false, 4);
    }
}

function paintTray(ctx: Ctx, tray: TrayBox, palette: Palette): void {
  ctx.strokeStyle = palette.line2;
  ctx.lineWidth = palette.hairline;
  ctx.setLineDash([4, 3]);
  round(ctx, tray.x + 0.5, tray.y + 0.5, tray.w - 1, tray.h - 1, 9);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.fillStyle = palette.ink;
  ctx.font = `600 13px ${palette.ui}`;
  ctx.fillText('No node yet', tray.x + 10, tray.y + 17);
  ctx.fillStyle = palette.ink3;
  ctx.font = `400 12px ${palette.ui}`;
  ctx.fillText(tray.count === 1 ? '1 Pod waits' : `${tray.count} Pods wait`, tray.x + 10, tray.y + 35);
  ctx.fillStyle = palette.ink2;
  ctx.font = `400 11.5px ${palette.ui}`;
  const reason = wrap(ctx, tray.reason, tray.w - 18);
  reason.slice(0, 5).forEach((line, at) => ctx.fillText(line, tray.x + 10, trayTextY(tray, reason.length) + at * 16));
}

/** The reason stands right under the tray's Pods. */
function trayTextY(tray: TrayBox, lines: number): number {
  return Math.min(tray.y + tray.h - Math.min(5, lines) * 16, tray.y + tray.textTop);
}

function paintNode(ctx: Ctx, box: NodeBox, frame: Frame): void {
  const { palette } = frame;
  const { node } = box;
  ctx.fillStyle = palette.raised;
  ctx.strokeStyle = node.ready ? palette.line : palette.edge;
  ctx.lineWidth = palette.hairline;
  round(ctx, box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1, box.headHeight === 0 ? 3 : 9);
  ctx.fill();
  if (!node.ready) ctx.setLineDash([1.5, 2.5]);
  ctx.stroke();
  ctx.setLineDash([]);
  if (frame.selectedNode === node.name) ring(ctx, box.x - 2, box.y - 2, box.w + 4, box.h + 4, 11, palette.you);
  if (box.headHeight === 0) {
    if (frame.layout.zoom === 0) paintDensity(ctx, box, palette);
    return;
  }
  paintHead(ctx, box, palette);
  if (box.footY !== undefined) {
    ctx.strokeStyle = palette.line2;
    ctx.setLineDash([3, 3]);
    line(ctx, box.x + 1, box.footY + 0.5, box.x + box.w - 1);
    ctx.setLineDash([]);
    if (!box.footNamed) return;
    ctx.font = `400 11px ${palette.ui}`;
    ctx.fillStyle = palette.ink3;
    ctx.fillText('kube-system', box.x + 11, box.footY + 15);
  }
}

function paintHead(ctx: Ctx, box: NodeBox, palette: Palette): void {
  const { node } = box;
  const right = box.x + box.w - 10;
  serverIcon(ctx, box.x + 10, box.y + 10, palette.ink3);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  ctx.font = `400 11px ${palette.ui}`;
  ctx.fillStyle = node.ready ? palette.ink3 : palette.text.gone;
  const shown = factsThatFit(ctx, box, palette);
  ctx.font = `400 11px ${palette.ui}`;
  const factsWidth = ctx.measureText(shown).width;
  ctx.fillText(shown, right, box.y + 17.5);
  ctx.textAlign = 'left';
  ctx.font = `600 13px ${palette.ui}`;
  ctx.fillStyle = palette.ink;
  ctx.fillText(cut(ctx, node.name, box.w - (factsWidth > 0 ? 46 : 38) - factsWidth), box.x + 30, box.y + 17.5);
  if (node.ready) {
    bar(ctx, box, 'cpu', node.cpu, box.y + 40, palette);
    bar(ctx, box, 'mem', node.memory, box.y + 57, palette);
  } else {
    ctx.font = `400 12px ${palette.ui}`;
    ctx.fillStyle = palette.ink3;
    for (const [at, text] of ['No reports from here.', 'Below: as last seen.'].entries())
      ctx.fillText(cut(ctx, text, box.w - 20), box.x + 10, box.y + 40 + at * 16);
  }
  ctx.strokeStyle = palette.line;
  line(ctx, box.x + 1, box.y + box.headHeight - 0.5, box.x + box.w - 1);
}

/** Condition, then what else there is room for beside the name. */
function factsThatFit(ctx: Ctx, box: NodeBox, palette: Palette): string {
  const { node } = box;
  ctx.font = `600 13px ${palette.ui}`;
  const room = box.w - 48 - ctx.measureText(node.name).width;
  ctx.font = `400 11px ${palette.ui}`;
  const facts =
    box.narrow && node.ready
      ? ['taint']
      : [node.condition, ...(node.cordoned ? ['cordoned'] : []), ...(node.zone === undefined ? [] : [node.zone])];
  while (facts.length > 1 && ctx.measureText(facts.join(' · ')).width > room) facts.pop();
  return ctx.measureText(facts[0]!).width > room && node.ready ? '' : facts.join(' · ');
}

function bar(
  ctx: Ctx,
  box: NodeBox,
  name: string,
  capacity: { requested: number; allocatable: number; used: number | undefined; text: string },
  y: number,
  palette: Palette,
): void {
  ctx.font = `400 11px ${palette.ui}`;
  ctx.fillStyle = palette.ink3;
  ctx.textAlign = 'left';
  ctx.fillText(name, box.x + 10, y);
  ctx.font = `400 11px ${palette.ui}`;
  ctx.textAlign = 'right';
  ctx.fillStyle = palette.ink2;
  ctx.fillText(capacity.text, box.x + box.w - 10, y);
  const textWidth = ctx.measureText(capacity.text).width;
  ctx.textAlign = 'left';
  const left = box.x + 43;
  const width = Math.max(10, box.x + box.w - Math.max(box.narrow ? 56 : 68, textWidth + 16) - left);
  const share = (value: number) => (capacity.allocatable > 0 ? Math.min(1, value / capacity.allocatable) * width : 0);
  round(ctx, left, y - 3, width, 6, 1.5);
  if (palette.line === palette.ask) {
    // Where a theme has no quieter grey than what is asked for, the track is an outline.
    ctx.lineWidth = 1;
    ctx.strokeStyle = palette.ask;
    ctx.stroke();
  } else {
    ctx.fillStyle = palette.line;
    ctx.fill();
  }
  ctx.fillStyle = palette.ask;
  ctx.fillRect(left, y - 3, share(capacity.requested), 6);
  ctx.fillStyle = palette.use;
  ctx.fillRect(left, y - 3, share(capacity.used ?? 0), 6);
}

function paintDensity(ctx: Ctx, box: NodeBox, palette: Palette): void {
  const { pods, ready } = box.node;
  const fine = pods.filter((pod) => pod.state === 'ready').length;
  if (pods.length > 0 && ready) {
    ctx.globalAlpha = 0.2 + 0.6 * (fine / pods.length);
    ctx.fillStyle = palette.state.run;
    ctx.fillRect(box.x + 2, box.y + 2, box.w - 4, box.h - 4);
    ctx.globalAlpha = 1;
  }
  const worst = pods.some((pod) => pod.state === 'failing')
    ? palette.state.fail
    : pods.some((pod) => pod.state === 'waiting')
      ? palette.state.wait
      : undefined;
  if (worst === undefined) return;
  ctx.fillStyle = worst;
  ctx.fillRect(box.x + box.w - 9, box.y + 2, 7, 7);
}

function serverIcon(ctx: Ctx, x: number, y: number, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.25;
  round(ctx, x + 0.6, y + 0.6, 13, 5.6, 1.4);
  ctx.stroke();
  round(ctx, x + 0.6, y + 8.2, 13, 5.6, 1.4);
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.fillRect(x + 3, y + 2.8, 1.5, 1.5);
  ctx.fillRect(x + 3, y + 10.4, 1.5, 1.5);
}

export function ring(ctx: Ctx, x: number, y: number, w: number, h: number, r: number, color: string, dash: readonly number[] = []): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.setLineDash([...dash]);
  round(ctx, x, y, w, h, r);
  ctx.stroke();
  ctx.setLineDash([]);
}

export function round(ctx: Ctx, x: number, y: number, w: number, h: number, r: number): void {
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, r);
}

function line(ctx: Ctx, x1: number, y: number, x2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y);
  ctx.lineTo(x2, y);
  ctx.stroke();
}

/** Cuts in the middle, so that the suffix stays. */
export function cut(ctx: Ctx, text: string, width: number): string {
  if (ctx.measureText(text).width <= width || text.length < 5) return text;
  for (let keep = text.length - 2; keep > 3; keep--) {
    const tail = Math.ceil(keep / 2);
    const tried = `${text.slice(0, keep - tail)}…${text.slice(-tail)}`;
    if (ctx.measureText(tried).width <= width) return tried;
  }
  return `…${text.slice(-2)}`;
}

export function wrap(ctx: Ctx, text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const tried = current === '' ? word : `${current} ${word}`;
    if (current !== '' && ctx.measureText(tried).width > width) {
      lines.push(current);
      current = word;
    } else current = tried;
  }
  if (current !== '') lines.push(current);
  return lines;
}
