/** Draws a Pod at each zoom: dot, mark, cell, card. The mark is the atom; cell and card add information around it. */
import type { PodState, PodView } from '../model/pod-view.ts';
import type { PodBox } from './layout.ts';
import { drawMark, STATE_TOKEN } from './marks.ts';
import type { Moved } from './motion.ts';
import { cut, ring, round } from './paint.ts';
import type { Ctx, Frame } from './paint.ts';
import type { Palette } from './palette.ts';

/** Dots of one strength. State by state, because a change of ink costs more than a dot. */
export function paintDots(ctx: Ctx, boxes: readonly PodBox[], strength: number, palette: Palette): void {
  const byState = new Map<PodState, PodBox[]>();
  for (const box of boxes) {
    const list = byState.get(box.pod.state);
    if (list) list.push(box);
    else byState.set(box.pod.state, [box]);
  }
  for (const [state, list] of byState) {
    // Quiet when fine.
    ctx.globalAlpha = strength * (state === 'ready' ? 0.55 : 1);
    ctx.fillStyle = ctx.strokeStyle = palette.state[STATE_TOKEN[state]];
    ctx.lineWidth = state === 'not-ready' ? 1 : 1.4;
    for (const { x, y, w, h } of list) DOTS[state](ctx, x, y, w, h);
    if (state === 'failing') {
      ctx.strokeStyle = palette.knock;
      ctx.lineWidth = 1.2;
      for (const { x, y, w, h } of list) stroke(ctx, x + 1, y + h - 1, x + w - 1, y + 1);
    }
  }
}

const DOTS: Readonly<Record<PodState, (ctx: Ctx, x: number, y: number, w: number, h: number) => void>> = {
  ready: (ctx, x, y, w, h) => ctx.fillRect(x, y, w, h),
  failing: (ctx, x, y, w, h) => ctx.fillRect(x, y, w, h),
  waiting: (ctx, x, y, w, h) => ctx.strokeRect(x + 0.7, y + 0.7, w - 1.4, h - 1.4),
  'not-ready'(ctx, x, y, w, h) {
    ctx.fillRect(x, y, w / 2, h);
    ctx.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
  },
  succeeded(ctx, x, y, w, h) {
    ctx.beginPath();
    ctx.arc(x + w / 2, y + h / 2, w / 2 - 0.8, 0, 7);
    ctx.stroke();
  },
  terminating(ctx, x, y, w, h) {
    stroke(ctx, x + 1, y + 1, x + w - 1, y + h - 1);
    stroke(ctx, x + w - 1, y + 1, x + 1, y + h - 1);
  },
  unknown(ctx, x, y, w, h) {
    ctx.beginPath();
    ctx.arc(x + w / 2, y + h / 2, 1.4, 0, 7);
    ctx.fill();
  },
};

function stroke(ctx: Ctx, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

export function paintPod(ctx: Ctx, moved: Moved, frame: Frame): void {
  const { box, leaving } = moved;
  if (!leaving) return paintOne(ctx, box, frame);
  const alpha = ctx.globalAlpha;
  ctx.globalAlpha = alpha * leaving.alpha;
  paintOne(ctx, { ...box, pod: leaving.pod }, frame);
  ctx.globalAlpha = alpha * (1 - leaving.alpha);
  paintOne(ctx, box, frame);
  ctx.globalAlpha = alpha;
}

function paintOne(ctx: Ctx, box: PodBox, frame: Frame): void {
  const { pod } = box;
  const { palette } = frame;
  const color = palette.state[STATE_TOKEN[pod.state]];
  if (box.named) {
    drawMark(ctx, pod.state, box.x, box.y + 2, 15, color, palette.knock);
    ctx.font = `400 12px ${palette.ui}`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillStyle = palette.ink;
    ctx.fillText(cut(ctx, systemName(pod), box.w - 23), box.x + 23, box.y + 10);
    return;
  }
  if (box.zoom === 2) return drawMark(ctx, pod.state, box.x, box.y, Math.min(box.w, box.h), color, palette.knock);
  paintBody(ctx, box, pod.state, color, frame);
  if (box.zoom === 3) paintCell(ctx, box, color, frame);
  else paintCard(ctx, box, color, frame);
  if (pod.state === 'ready' || pod.state === 'not-ready') paintBars(ctx, box, palette);
  paintRestarts(ctx, box, palette);
}

/** "kube-scheduler-control-plane" is the scheduler, where the card says which node it is on. */
export function systemName(pod: PodView): string {
  const bare =
    pod.node !== undefined && pod.name.endsWith(`-${pod.node}`)
      ? pod.name.slice(0, -pod.node.length - 1)
      : pod.group === 'alone' || pod.group === 'static'
        ? pod.name
        : pod.group;
  return (
    {
      'kube-apiserver': 'apiserver',
      'kube-scheduler': 'scheduler',
      'kube-controller-manager': 'controllers',
      'local-path-provisioner': 'local-path',
    }[bare] ?? bare
  );
}

function paintBody(ctx: Ctx, box: PodBox, state: PodState, color: string, frame: Frame): void {
  const { palette } = frame;
  const { x, y, w, h } = box;
  const alpha = ctx.globalAlpha;
  const shape = () => round(ctx, x + 0.75, y + 0.75, w - 1.5, h - 1.5, 7);
  ctx.save();
  shape();
  ctx.fillStyle = state === 'ready' ? palette.raised : palette.page;
  ctx.fill();
  ctx.clip();
  ctx.fillStyle = color;
  if (state === 'ready') tint(ctx, alpha * palette.bodyAlpha, x, y, w, h);
  if (state === 'not-ready') {
    tint(ctx, alpha * palette.bodyAlpha * 0.4, x, y, w, h);
    tint(ctx, alpha * 0.24 * (0.7 + 0.3 * frame.breath), x, y, w / 2, h);
  }
  if (state === 'failing') {
    tint(ctx, alpha * 0.09, x, y, w, h);
    ctx.globalAlpha = alpha * 0.24;
    ctx.strokeStyle = color;
    ctx.lineWidth = 5;
    for (let at = -h; at < w; at += 12) stroke(ctx, x + at, y + h, x + at + h, y);
  }
  if (state === 'terminating') {
    ctx.globalAlpha = alpha * 0.16;
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    for (let at = -h; at < w + h; at += 8) {
      stroke(ctx, x + at, y + h, x + at + h, y);
      stroke(ctx, x + at, y, x + at + h, y + h);
    }
  }
  ctx.restore();
  ctx.globalAlpha = alpha * (state === 'waiting' || state === 'unknown' || state === 'terminating' ? 0.8 : palette.borderAlpha);
  ctx.strokeStyle = color;
  ctx.lineWidth = Math.max(1, palette.stateLine - 0.4);
  ctx.setLineDash(state === 'waiting' ? [4, 3] : state === 'unknown' ? [1.5, 2.5] : []);
  shape();
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = alpha;
}

function tint(ctx: Ctx, alpha: number, x: number, y: number, w: number, h: number): void {
  ctx.globalAlpha = alpha;
  ctx.fillRect(x, y, w, h);
}

function paintCard(ctx: Ctx, box: PodBox, color: string, frame: Frame): void {
  const { palette } = frame;
  const { pod, x, y, w } = box;
  const plated = pod.state === 'failing' || pod.state === 'terminating';
  const ringed = pod.backOffSince !== undefined;
  drawMark(ctx, pod.state, x + (ringed ? 10.5 : 8), y + (ringed ? 10.5 : 8), ringed ? 17 : 22, color, palette.knock);
  backOffRing(ctx, pod, x + 19, y + 19, 12.4, color, frame);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.font = `400 12px ${palette.mono}`;
  const suffix = cut(ctx, pod.suffix, w - 46);
  if (plated) plate(ctx, x + 36, y + 10.5, ctx.measureText(suffix).width + 6, 17, palette);
  ctx.fillStyle = palette.ink;
  ctx.fillText(suffix, x + 39, y + 19.5);
  ctx.font = `500 11.5px ${palette.ui}`;
  const counted = wordNow(pod, frame.nowMs);
  const word = ctx.measureText(counted).width <= w - 13 ? counted : cut(ctx, pod.word, w - 14);
  if (plated) plate(ctx, x + 6, y + 33, ctx.measureText(word).width + 6, 17, palette);
  ctx.fillStyle = palette.text[STATE_TOKEN[pod.state]];
  ctx.fillText(word, x + 9, y + 42);
}

function paintCell(ctx: Ctx, box: PodBox, color: string, frame: Frame): void {
  const { palette } = frame;
  const { pod, x, y, w } = box;
  const size = pod.backOffSince === undefined ? 24 : 19;
  drawMark(ctx, pod.state, x + w / 2 - size / 2, y + 19 - size / 2, size, color, palette.knock);
  backOffRing(ctx, pod, x + w / 2, y + 19, 14.4, color, frame);
  ctx.font = `400 10.5px ${palette.mono}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  const suffix = cut(ctx, pod.suffix, w - 6);
  if (pod.state === 'failing' || pod.state === 'terminating') {
    const width = ctx.measureText(suffix).width + 5;
    plate(ctx, x + w / 2 - width / 2, y + 34, width, 14, palette);
  }
  ctx.fillStyle = palette.ink;
  ctx.fillText(suffix, x + w / 2, y + 41);
  ctx.textAlign = 'left';
}

/** "Stopping 24 s": the grace period counts down in cluster time. */
export function wordNow(pod: PodView, nowMs: number): string {
  if (pod.state !== 'terminating' || pod.graceEndsAt === undefined) return pod.word;
  const left = Math.ceil((pod.graceEndsAt - nowMs) / 1000);
  return left > 0 ? `${pod.word} ${left} s` : pod.word;
}

function plate(ctx: Ctx, x: number, y: number, w: number, h: number, palette: Palette): void {
  const alpha = ctx.globalAlpha;
  ctx.globalAlpha = alpha * 0.92;
  ctx.fillStyle = palette.page;
  round(ctx, x, y, w, h, 4);
  ctx.fill();
  ctx.globalAlpha = alpha;
}

const BACK_OFFS = [10, 20, 40, 80, 160, 300];

/** The next try of a container that waits in a back-off, as far as its status tells it. */
export function backOff(pod: PodView, nowMs: number): { readonly leftMs: number; readonly share: number } | undefined {
  if (pod.backOffSince === undefined) return undefined;
  const lastsMs =
    (pod.reason.includes('CrashLoop')
      ? BACK_OFFS[Math.min(Math.max(0, pod.restarts - 1), BACK_OFFS.length - 1)]!
      : backOffOf(nowMs - pod.backOffSince)) * 1000;
  const sinceMs = pod.reason.includes('CrashLoop')
    ? nowMs - pod.backOffSince
    : nowMs - pod.backOffSince - elapsedBefore(nowMs - pod.backOffSince);
  const leftMs = Math.max(0, lastsMs - sinceMs);
  return { leftMs, share: Math.min(1, leftMs / lastsMs) };
}

function backOffOf(sinceMs: number): number {
  let sum = 0;
  for (const one of BACK_OFFS) {
    sum += one * 1000;
    if (sinceMs < sum) return one;
  }
  return 300;
}

function elapsedBefore(sinceMs: number): number {
  let sum = 0;
  for (const one of BACK_OFFS) {
    if (sinceMs < sum + one * 1000) return sum;
    sum += one * 1000;
  }
  return sum + Math.floor((sinceMs - sum) / 300_000) * 300_000;
}

function backOffRing(ctx: Ctx, pod: PodView, x: number, y: number, r: number, color: string, frame: Frame): void {
  const wait = backOff(pod, frame.nowMs);
  if (!wait) return;
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  const alpha = ctx.globalAlpha;
  ctx.globalAlpha = alpha * 0.25;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.globalAlpha = alpha;
  ctx.lineCap = 'round';
  ctx.beginPath();
  ctx.arc(x, y, r, -Math.PI / 2 + (1 - wait.share) * 2 * Math.PI, -Math.PI / 2 + 2 * Math.PI);
  ctx.stroke();
  ctx.lineCap = 'butt';
}

function paintBars(ctx: Ctx, box: PodBox, palette: Palette): void {
  const { pod, x, y, w, h } = box;
  const inset = box.zoom === 3 ? 5 : 9;
  const half = (w - 2 * inset - 3) / 2;
  // What a Pod asks for, against half a core and half a gibibyte: a rough size, with the figures in Details.
  const shares = [pod.cpuMilli / 500, pod.memoryBytes / (512 * 2 ** 20)];
  shares.forEach((share, at) => {
    const left = x + inset + at * (half + 3);
    ctx.fillStyle = palette.line2;
    ctx.fillRect(left, y + h - 9, half, 3);
    ctx.fillStyle = palette.use;
    ctx.fillRect(left, y + h - 9, half * Math.min(1, share), 3);
  });
}

function paintRestarts(ctx: Ctx, box: PodBox, palette: Palette): void {
  const count = Math.min(4, box.pod.restarts);
  ctx.fillStyle = palette.state.fail;
  for (let at = 0; at < count; at++) ctx.fillRect(box.x + box.w - 3, box.y + 9 + at * 5, 6, 3);
}

/** Violet, two pixels away; dashed where it is only the keyboard's place. */
export function paintRing(ctx: Ctx, box: PodBox, palette: Palette, dashed: boolean, gap = 2): void {
  const away = gap + 1;
  ring(ctx, box.x - away, box.y - away, box.w + 2 * away, box.h + 2 * away, box.zoom >= 3 ? 10 : 5, palette.you, dashed ? [4, 3] : []);
}
