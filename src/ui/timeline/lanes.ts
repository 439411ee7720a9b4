/** The history of Pods and nodes as bars of one state each, read from events and the trace of what the page saw. The
 *  page records states as it sees them, so a lane begins when the page first saw the object. Pure. */
import type { PodState, PodView } from '../model/pod-view.ts';

export interface Bar {
  readonly fromMicros: number;
  readonly toMicros: number | undefined;
  readonly state: PodState;
  readonly word: string;
}
export interface Lane {
  readonly key: string;
  readonly name: string;
  readonly node: string | undefined;
  readonly bars: readonly Bar[];
}

export interface LaneBook {
  readonly lanes: ReadonlyMap<string, Lane>;
}

const LIMIT = 300;

/** Adds what a snapshot shows at a moment. A Pod that is gone ends its last bar. */
export function recordLanes(book: LaneBook, pods: readonly PodView[], atMicros: number): LaneBook {
  const lanes = new Map(book.lanes);
  const present = new Set<string>();
  let changed = false;
  for (const pod of pods) {
    present.add(pod.uid);
    const lane = lanes.get(pod.uid);
    if (!lane && lanes.size >= LIMIT && !makeRoom(lanes)) continue;
    const last = lane?.bars.at(-1);
    if (lane && last && last.state === pod.state && last.word === pod.word && last.toMicros === undefined && lane.node === pod.node)
      continue;
    changed = true;
    const closed = (lane?.bars ?? []).map((bar, at, all) =>
      at === all.length - 1 && bar.toMicros === undefined ? { ...bar, toMicros: atMicros } : bar,
    );
    lanes.set(pod.uid, {
      key: pod.key,
      name: pod.group === 'alone' || pod.suffix === pod.name ? pod.name : `${pod.group}-${pod.suffix}`,
      node: pod.node,
      bars: [...closed, { fromMicros: atMicros, toMicros: undefined, state: pod.state, word: pod.word }].slice(-200),
    });
  }
  for (const [uid, lane] of lanes) {
    const last = lane.bars.at(-1);
    if (present.has(uid) || !last || last.toMicros !== undefined) continue;
    changed = true;
    lanes.set(uid, { ...lane, bars: [...lane.bars.slice(0, -1), { ...last, toMicros: atMicros }] });
  }
  return changed ? { lanes } : book;
}

/** The lane that ended first goes. Where all still run, those that came first stay: a page of lanes, not a film of them. */
function makeRoom(lanes: Map<string, Lane>): boolean {
  for (const [uid, { bars }] of lanes)
    if (bars.at(-1)?.toMicros !== undefined) {
      lanes.delete(uid);
      return true;
    }
  return false;
}
