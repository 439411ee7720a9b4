/** The mark of each Pod state on a grid of 24: one table for the canvas, the panels and the menus. Shape and glyph carry
 *  the state; colour only repeats it. */
import type { PodState } from '../model/pod-view.ts';

export type Ink = 'state' | 'knock';
export interface MarkPart {
  readonly d: string;
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly alpha?: number;
  /** Drawn only inside the rounded square. */
  readonly clipped?: true;
}

/** A rounded square from `inset` to `24 - inset`. */
const square = (inset: number, r: number): string => {
  const far = 24 - inset;
  const turn = `A${r} ${r} 0 0 1`;
  return [
    `M${inset + r} ${inset}H${far - r}${turn} ${far} ${inset + r}V${far - r}${turn} ${far - r} ${far}`,
    `H${inset + r}${turn} ${inset} ${far - r}V${inset + r}${turn} ${inset + r} ${inset}Z`,
  ].join('');
};

export const SQUARE = square(2, 5);
const OUTLINE = square(3, 4.2);
const TICK = 'M7.2 12.4l3.3 3.3L17 9';
const STRIPES = 'M-2 10L10 -2M-2 18L18 -2M4 20L20 4M6 26L26 6M14 26L26 14';
const HATCH = 'M3 9L9 3M3 15L15 3M3 21L21 3M9 21L21 9M15 21L21 15M3 15L9 21M3 9L15 21M3 3L21 21M9 3L21 15M15 3L21 9';

export const MARKS: Readonly<Record<PodState, readonly MarkPart[]>> = {
  ready: [
    { d: SQUARE, fill: 'state' },
    { d: TICK, stroke: 'knock', width: 2.6 },
  ],
  'not-ready': [
    { d: OUTLINE, stroke: 'state', width: 2 },
    { d: 'M7.2 3H12V21H7.2A4.2 4.2 0 0 1 3 16.8V7.2A4.2 4.2 0 0 1 7.2 3Z', fill: 'state' },
  ],
  waiting: [
    { d: OUTLINE, stroke: 'state', width: 1.9, dash: [3.4, 2.5] },
    { d: 'M8.6 7.2h6.8L12 12ZM12 12l3.4 4.8H8.6Z', fill: 'state', stroke: 'state', width: 1.2 },
  ],
  failing: [
    { d: SQUARE, fill: 'state' },
    { d: STRIPES, stroke: 'knock', width: 2.1, alpha: 0.4, clipped: true },
    { d: 'M12 6.4V13.2', stroke: 'state', width: 6.4 },
    { d: 'M12 17.2v.01', stroke: 'state', width: 6 },
    { d: 'M12 6.6V13', stroke: 'knock', width: 3 },
    { d: 'M12 17.2v.01', stroke: 'knock', width: 3.4 },
  ],
  succeeded: [
    { d: 'M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18Z', stroke: 'state', width: 2 },
    { d: 'M8 12.3l2.8 2.8L16 9.6', stroke: 'state', width: 2.2 },
  ],
  terminating: [
    { d: OUTLINE, stroke: 'state', width: 1.9 },
    { d: HATCH, stroke: 'state', width: 0.8, alpha: 0.35, clipped: true },
    { d: 'M8.6 8.6l6.8 6.8M15.4 8.6l-6.8 6.8', stroke: 'state', width: 2.2 },
  ],
  unknown: [
    { d: OUTLINE, stroke: 'state', width: 1.9, dash: [1.6, 2.2] },
    { d: 'M9.4 9.7a2.7 2.7 0 1 1 4 2.4c-.9.5-1.4 1-1.4 2', stroke: 'state', width: 2 },
    { d: 'M12 17.2v.01', stroke: 'state', width: 2.4 },
  ],
};

export const STATE_WORDS: Readonly<Record<PodState, string>> = {
  ready: 'ready',
  'not-ready': 'not ready',
  waiting: 'waiting',
  failing: 'failing',
  succeeded: 'completed',
  terminating: 'stopping',
  unknown: 'unknown',
};

/** The token that a state's shapes take. */
export const STATE_TOKEN: Readonly<Record<PodState, 'run' | 'wait' | 'fail' | 'done' | 'gone'>> = {
  ready: 'run',
  'not-ready': 'run',
  waiting: 'wait',
  failing: 'fail',
  succeeded: 'done',
  terminating: 'gone',
  unknown: 'gone',
};

const paths = new Map<string, Path2D>();
export function path(d: string): Path2D {
  let found = paths.get(d);
  if (!found) paths.set(d, (found = new Path2D(d)));
  return found;
}

/** Draws a mark at (x, y), `size` pixels square. */
export function drawMark(
  ctx: CanvasRenderingContext2D,
  state: PodState,
  x: number,
  y: number,
  size: number,
  color: string,
  knock: string,
): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(size / 24, size / 24);
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  const base = ctx.globalAlpha;
  for (const part of MARKS[state]) {
    ctx.globalAlpha = base * (part.alpha ?? 1);
    if (part.clipped) {
      ctx.save();
      ctx.clip(path(SQUARE));
    }
    if (part.fill) {
      ctx.fillStyle = part.fill === 'state' ? color : knock;
      ctx.fill(path(part.d));
    }
    if (part.stroke) {
      ctx.lineWidth = part.width ?? 2;
      ctx.setLineDash(part.dash ? [...part.dash] : []);
      ctx.lineCap = part.dash ? 'butt' : 'round';
      ctx.strokeStyle = part.stroke === 'state' ? color : knock;
      ctx.stroke(path(part.d));
    }
    if (part.clipped) ctx.restore();
  }
  ctx.restore();
}
