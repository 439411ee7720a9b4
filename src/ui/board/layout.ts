/** From nodes and Pods to rectangles. Pure, in CSS pixels at a root size of 16. The zoom is the largest at which the
 *  fullest node fits without scrolling; the learner's own zoom wins. */
import type { NodeView } from '../model/node-view.ts';
import type { PodView } from '../model/pod-view.ts';
import type { SlotGroup } from './slots.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export type Zoom = 0 | 1 | 2 | 3 | 4;

export interface PodBox extends Rect {
  readonly pod: PodView;
  readonly zoom: Zoom;
  /** A row of mark and name, as on the control plane's card. */ readonly named?: true;
}
export interface LabelBox {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly text: string;
}
export interface NodeBox extends Rect {
  readonly node: NodeView;
  readonly narrow: boolean;
  readonly headHeight: number;
  /** Where the kube-system footer begins. */ readonly footY?: number;
  /** There is room for the footer's name beside its Pods. */ readonly footNamed?: boolean;
  /** The same list as before while nothing on this node changed or moved. */
  readonly pods: readonly PodBox[];
  readonly labels: readonly LabelBox[];
}
export interface TrayBox extends Rect {
  readonly count: number;
  readonly reason: string;
  /** Where the reason may begin, below the tray's Pods. */ readonly textTop: number;
  /** Those that there is room for. */
  readonly pods: readonly PodBox[];
  readonly labels: readonly LabelBox[];
}
export interface BoardLayout {
  readonly zoom: Zoom;
  readonly width: number;
  readonly height: number;
  readonly tray: TrayBox | undefined;
  readonly nodes: readonly NodeBox[];
  /** Of the tray and of every node. */
  readonly pods: readonly PodBox[];
}

export interface BoardNode {
  readonly node: NodeView;
  readonly groups: readonly SlotGroup[];
  readonly system: readonly PodView[];
}
export interface BoardContent {
  readonly nodes: readonly BoardNode[];
  readonly tray: readonly SlotGroup[];
  readonly trayReason: string;
}

interface CellSize {
  readonly w: number;
  readonly h: number;
  readonly gap: number;
  readonly label: number;
  readonly minCard: number;
}
export const CELLS: Readonly<Record<Zoom, CellSize>> = {
  4: { w: 90, h: 66, gap: 8, label: 22, minCard: 150 },
  3: { w: 56, h: 62, gap: 6, label: 20, minCard: 140 },
  2: { w: 18, h: 18, gap: 6, label: 0, minCard: 132 },
  1: { w: 8, h: 8, gap: 2, label: 0, minCard: 56 },
  0: { w: 0, h: 0, gap: 0, label: 0, minCard: 26 },
};
const EDGE = 10;
const GAP = 8;
const BODY = 9;
const TRAY = 104;
/** As wide as "control-plane" beside its icon. */
const NARROW = 132;
const FOOT = 29;
const ROW = 24;
const HEAD = 74;
/** The footer's name, and a mark with the room to the next. */
const FOOT_NAME = 92;
const FOOT_STEP = 21;
/** Under the tray's Pods, for why they wait. */
const TRAY_TEXT = 90;
/** The tray of a phone. */
const STACKED_TRAY = 160;

export function layoutBoard(content: BoardContent, width: number, height: number, wanted?: Zoom): BoardLayout {
  const stacked = width < 560;
  const options = { width, height, stacked, bare: content.tray.length === 0 && content.nodes.every((one) => one.groups.length === 0) };
  if (wanted !== undefined) return build(content, wanted, options);
  const count = content.nodes.reduce((sum, one) => sum + one.groups.reduce((all, group) => all + group.slots.length, 0), 0);
  const first: Zoom = count > 200 ? 1 : count > 60 ? 2 : 4;
  let last: BoardLayout | undefined;
  for (let zoom = first; zoom >= 1; zoom--) {
    last = build(content, zoom as Zoom, options);
    if (last.height <= height || stacked) return last;
  }
  return last && count <= 10_000 ? last : build(content, 0, options);
}

interface Options {
  readonly width: number;
  readonly height: number;
  /** Cards one under the other: a phone. */
  readonly stacked: boolean;
  /** Nothing runs: cards stay low, and leave the room to the empty state. */
  readonly bare: boolean;
}

function build(content: BoardContent, zoom: Zoom, { width, height, stacked, bare }: Options): BoardLayout {
  const nodes: NodeBox[] = [];
  const inner = width - 2 * EDGE;
  let x = EDGE;
  let top = EDGE;
  const columnHeight = height - 2 * EDGE;
  const tray = trayBox(content, zoom, x, top, stacked ? inner : TRAY, columnHeight, stacked);
  if (tray && stacked) top += tray.h + GAP;
  else if (tray) x += TRAY + GAP;
  const apart = stacked || zoom <= 1 ? [] : content.nodes.filter((one) => one.node.controlPlane && one.groups.length === 0);
  let low = 0;
  let bottom = tray && !stacked ? tray.y + tray.h : top;
  for (const one of apart) {
    const box = nodeBox(one, { zoom, x, y: top, w: NARROW, narrow: true });
    nodes.push(stretched(one, box, bare ? box.h : Math.max(columnHeight, box.h)));
    bottom = Math.max(bottom, box.y + box.h);
    if (bare) low = Math.max(low, box.h);
    x += NARROW + GAP;
  }
  const others = apart.length === 0 ? content.nodes : content.nodes.filter((one) => !apart.includes(one));
  // On a phone what the learner works with comes first.
  const workers = stacked ? [...others.filter((one) => !one.node.controlPlane), ...others.filter((one) => one.node.controlPlane)] : others;
  const across = Math.max(
    1,
    Math.min(
      workers.length,
      Math.floor((width - EDGE - x + GAP) / ((zoom === 1 && workers.length <= 12 ? 132 : CELLS[zoom].minCard) + GAP)),
    ),
  );
  const perRow = stacked && zoom >= 3 ? 1 : across;
  const rows = Math.ceil(workers.length / perRow);
  const cardWidth = Math.min(zoom >= 3 ? Infinity : zoom === 0 ? 40 : 260, Math.floor((width - EDGE - x - GAP * (perRow - 1)) / perRow));
  const share = bare ? (rows === 1 ? low : 0) : rows > 0 && !stacked && zoom >= 2 ? (columnHeight - GAP * (rows - 1)) / rows : 0;
  let y = top;
  for (let row = 0; row < rows; row++) {
    const members = workers.slice(row * perRow, (row + 1) * perRow);
    const boxes = members.map((one, at) => nodeBox(one, { zoom, x: x + at * (cardWidth + GAP), y, w: cardWidth, narrow: false }));
    const h = Math.max(share, ...boxes.map((box) => box.h));
    boxes.forEach((box, at) => nodes.push(stretched(members[at]!, box, h)));
    y += h + GAP;
  }
  bottom = Math.max(bottom, y - GAP);
  let all: readonly PodBox[] | undefined;
  return {
    zoom,
    width,
    height: bottom + EDGE,
    tray,
    nodes,
    get pods() {
      return (all ??= [...(tray?.pods ?? []), ...nodes.flatMap((box) => box.pods)]);
    },
  };
}

/** A column, on a phone a strip. It never grows past the board: what there is no room for is only counted. */
function trayBox(
  content: BoardContent,
  zoom: Zoom,
  x: number,
  y: number,
  w: number,
  columnHeight: number,
  stacked: boolean,
): TrayBox | undefined {
  const count = content.tray.reduce((sum, group) => sum + group.slots.length, 0);
  if (count === 0) return undefined;
  const out: Out = { pods: [], labels: [] };
  const shape = zoom === 0 ? 1 : zoom;
  const cell = CELLS[shape];
  const columns = Math.max(1, Math.floor((w - 2 * BODY + cell.gap) / (cell.w + cell.gap)));
  const rows = Math.max(2, Math.floor((stacked ? STACKED_TRAY : columnHeight - 46 - TRAY_TEXT) / (cell.h + cell.gap)));
  const flow = flowGroups(firstSlots(content.tray, columns * rows), shape, x + BODY, y + 46, w - 2 * BODY, out);
  const h = stacked ? flow - y + 38 : Math.max(columnHeight, flow - y + TRAY_TEXT);
  return { x, y, w, h, count, reason: content.trayReason, textTop: flow - y + 18, ...out };
}

function firstSlots(groups: readonly SlotGroup[], room: number): readonly SlotGroup[] {
  const shown: SlotGroup[] = [];
  let left = room;
  for (const group of groups) {
    if (left <= 0) break;
    shown.push(group.slots.length <= left ? group : { ...group, slots: group.slots.slice(0, left) });
    left -= group.slots.length;
  }
  return shown;
}

interface Out {
  readonly pods: PodBox[];
  readonly labels: LabelBox[];
}
interface Place {
  readonly zoom: Zoom;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly narrow: boolean;
}
interface Laid {
  readonly place: Place;
  readonly box: NodeBox;
  stretched?: NodeBox;
}

/** What stands on a node is laid out again only when it changed or moves: of a thousand nodes few do in one frame. */
const laidOut = new WeakMap<BoardNode, Laid>();

function nodeBox(one: BoardNode, place: Place): NodeBox {
  const { zoom, x, y, w, narrow } = place;
  const before = laidOut.get(one);
  const was = before?.place;
  if (before && was && was.zoom === zoom && was.x === x && was.y === y && was.w === w && was.narrow === narrow) return before.box;
  const box = zoom === 0 || (zoom === 1 && w < 120) ? denseBox(one, place) : cardBox(one, place);
  laidOut.set(one, { place, box });
  return box;
}

/** The same box, as high as its row; its footer stands at the bottom. */
function stretched(one: BoardNode, box: NodeBox, h: number): NodeBox {
  const laid = laidOut.get(one)!;
  if (laid.stretched?.h === h) return laid.stretched;
  if (box.footY === undefined) return (laid.stretched = { ...box, h });
  const footY = box.y + h - FOOT;
  // Where the marks do not fit beside the footer's name, they stand in its place, and closer if they must.
  const footNamed = FOOT_NAME + one.system.length * FOOT_STEP <= box.w;
  const left = footNamed ? FOOT_NAME : EDGE + 1;
  const step = Math.min(FOOT_STEP, (box.w - left - EDGE) / one.system.length);
  const size = Math.min(15, step - 2);
  const feet = one.system.map((pod, at): PodBox => ({ pod, zoom: 2, x: box.x + left + at * step, y: footY + 7, w: size, h: size }));
  return (laid.stretched = { ...box, h, footY, footNamed, pods: [...box.pods, ...feet] });
}

function cardBox(one: BoardNode, { zoom, x, y, w, narrow }: Place): NodeBox {
  const out: Out = { pods: [], labels: [] };
  const base = { x, y, w, node: one.node, narrow, headHeight: HEAD, ...out };
  let bottom = y + HEAD;
  if (narrow) {
    out.labels.push({ x: x + BODY, y: bottom + 16, w: w - 2 * BODY, text: 'kube-system' });
    let rowY = bottom + 27;
    for (const pod of one.system) {
      out.pods.push({ pod, zoom: 2, x: x + BODY, y: rowY, w: w - 2 * BODY, h: 20, named: true });
      rowY += ROW;
    }
    return { ...base, h: rowY + BODY - y };
  }
  bottom = flowGroups(one.groups, zoom, x + BODY, bottom + 6, w - 2 * BODY, out);
  const foot = one.system.length > 0;
  const h = Math.max(bottom + BODY + (foot ? FOOT : 0) - y, HEAD + (one.groups.length === 0 ? 8 : 60));
  return { ...base, h, ...(foot ? { footY: bottom } : {}) };
}

/** Dots and density: a node is its Pods, with no head. */
function denseBox(one: BoardNode, { zoom, x, y, w }: Place): NodeBox {
  const base = { x, y, w, node: one.node, narrow: false, headHeight: 0, labels: [] };
  if (zoom === 0) return { ...base, h: 20, pods: [] };
  const cell = CELLS[1];
  const columns = Math.max(1, Math.floor((w - 8 + cell.gap) / (cell.w + cell.gap)));
  const shown = [...one.groups.flatMap((group) => group.slots.filter((slot) => slot !== undefined)), ...one.system];
  const pods = shown.map((pod, at): PodBox => ({
    pod,
    zoom: 1,
    x: x + 4 + (at % columns) * (cell.w + cell.gap),
    y: y + 4 + Math.floor(at / columns) * (cell.h + cell.gap),
    w: cell.w,
    h: cell.h,
  }));
  return { ...base, h: Math.max(18, 6 + Math.ceil(pods.length / columns) * (cell.h + cell.gap)), pods };
}

/** Lays groups out side by side while they fit, each under its owner's name; returns where they end. */
function flowGroups(groups: readonly SlotGroup[], zoom: Zoom, x: number, y: number, w: number, out: Out): number {
  const base = CELLS[zoom];
  const columns = Math.max(1, Math.floor((w + base.gap) / (base.w + base.gap)));
  // Cards take the width that is there; dots and marks do not.
  const cell = zoom >= 3 ? { ...base, w: Math.min(base.w * 1.35, (w - (columns - 1) * base.gap) / columns) } : base;
  let used = 0;
  let lineY = y;
  let lineHeight = 0;
  for (const group of groups) {
    const wide = cell.label === 0 ? 1 : Math.min(columns, group.slots.length);
    const slots = group.slots;
    if (cell.label === 0) {
      for (const pod of slots) {
        if (used === columns) {
          used = 0;
          lineY += cell.h + cell.gap;
        }
        if (pod) out.pods.push({ pod, zoom, x: x + used * (cell.w + cell.gap), y: lineY + 4, w: cell.w, h: cell.h });
        used++;
      }
      lineHeight = cell.h + 6;
      continue;
    }
    if (used > 0 && used + wide > columns) {
      used = 0;
      lineY += lineHeight + 6;
      lineHeight = 0;
    }
    const left = x + used * (cell.w + cell.gap);
    out.labels.push({ x: left, y: lineY + 10, w: wide * (cell.w + cell.gap) - cell.gap, text: group.label });
    slots.forEach((pod, at) => {
      if (pod)
        out.pods.push({
          pod,
          zoom,
          x: left + (at % wide) * (cell.w + cell.gap),
          y: lineY + cell.label + Math.floor(at / wide) * (cell.h + cell.gap),
          w: cell.w,
          h: cell.h,
        });
    });
    lineHeight = Math.max(lineHeight, cell.label + Math.ceil(slots.length / wide) * (cell.h + cell.gap) - cell.gap);
    used += wide;
  }
  return lineY + lineHeight;
}

const contains = (box: Rect, x: number, y: number, slack = 0): boolean =>
  x >= box.x - slack && x < box.x + box.w + slack && y >= box.y - slack && y < box.y + box.h + slack;

/** What is under a point: the Pod first, then its node. */
export function hit(layout: BoardLayout, x: number, y: number): { readonly pod?: PodView; readonly node?: NodeView } {
  const inside = (box: PodBox): boolean => contains(box, x, y, box.zoom <= 2 && !box.named ? 4 : 2);
  const node = layout.nodes.find((box) => contains(box, x, y));
  const pod = (node?.pods ?? layout.tray?.pods)?.find(inside);
  return { ...(pod ? { pod: pod.pod } : {}), ...(node ? { node: node.node } : {}) };
}

/** The next box in a direction, by distance along it and, twice as dear, across it. From a place, where the Pod that
 *  stood there is gone. */
export function walk(layout: BoardLayout, from: string | Rect | undefined, dx: number, dy: number): PodView | undefined {
  const start = typeof from === 'object' ? from : layout.pods.find((box) => box.pod.key === from);
  if (!start) return layout.pods[0]?.pod;
  const middle = (box: Rect) => ({ x: box.x + box.w / 2, y: box.y + box.h / 2 });
  const at = middle(start);
  let best: { readonly pod: PodView; readonly cost: number } | undefined;
  for (const box of layout.pods) {
    if (box === start) continue;
    const to = middle(box);
    const along = (to.x - at.x) * dx + (to.y - at.y) * dy;
    const across = Math.abs((to.x - at.x) * dy) + Math.abs((to.y - at.y) * dx);
    if (along <= 2) continue;
    const cost = along + across * 2;
    if (!best || cost < best.cost) best = { pod: box.pod, cost };
  }
  return best?.pod;
}
