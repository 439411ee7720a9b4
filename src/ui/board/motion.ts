/** What moves on the board: a Pod travels from the tray to its place, changes state in a cross-fade, and fades when it
 *  is gone. Wall time only; where the clock stands or runs fast nothing travels. Only what moves is kept track of. */
import type { BoardLayout, PodBox } from './layout.ts';
import type { PodView } from '../model/pod-view.ts';

export interface Moved {
  readonly box: PodBox;
  readonly alpha: number;
  /** It is on its way, and drawn over the others. */ readonly travels: boolean;
  /** The state it leaves, and how much of that is still seen. */ readonly leaving?: { readonly pod: PodView; readonly alpha: number };
}

export interface MovingFrame {
  /** By uid; who is not here stands where the layout says. */
  readonly moving: ReadonlyMap<string, Moved>;
  /** Those that are not in the layout any more. */
  readonly gone: readonly Moved[];
}

export interface Motion {
  /** Takes a new layout; differences to the last one begin to move. */
  update(layout: BoardLayout, now: number, options: MotionOptions): void;
  /** What moves at a moment. */
  frame(now: number): MovingFrame;
}
export interface MotionOptions {
  readonly still: boolean;
  readonly durations: Durations;
}
export interface Durations {
  readonly state: number;
  readonly move: number;
}

interface Track {
  readonly box: PodBox;
  readonly from?: { readonly x: number; readonly y: number; readonly at: number; readonly lasts: number; readonly bow: number };
  readonly was?: { readonly pod: PodView; readonly at: number };
  readonly born?: number;
}

/** More at once is a picture that changes, not things that move. */
const MOVING_MAX = 400;

export function createMotion(): Motion {
  const tracks = new Map<string, Track>();
  let gone: { readonly box: PodBox; readonly at: number }[] = [];
  let durations: Durations = { state: 240, move: 480 };
  let last: BoardLayout | undefined;
  return { update, frame };

  function update(layout: BoardLayout, now: number, options: MotionOptions): void {
    durations = options.durations;
    const before = last;
    last = layout.pods.length > 0 || layout.nodes.length > 0 ? layout : undefined;
    if (options.still || !before) {
      tracks.clear();
      gone = [];
      return;
    }
    const { old, fresh } = differences(before, layout);
    for (const box of fresh) {
      const was = old.get(box.pod.uid);
      old.delete(box.pod.uid);
      const track = was ? moveOn(was, tracks.get(box.pod.uid), box, now) : { box, born: now };
      if (track) tracks.set(box.pod.uid, track);
    }
    for (const [uid, box] of old) {
      tracks.delete(uid);
      gone.push({ box, at: now });
    }
    if (tracks.size > MOVING_MAX) tracks.clear();
    if (gone.length > MOVING_MAX) gone = [];
  }

  function moveOn(was: PodBox, old: Track | undefined, box: PodBox, now: number): Track | undefined {
    const { from, born } = old ?? {};
    const changed = was.pod.state !== box.pod.state || was.pod.word !== box.pod.word;
    const leaving = changed ? { pod: was.pod, at: now } : old?.was;
    const goes = Math.abs(was.x - box.x) + Math.abs(was.y - box.y) > 0.5 ? departure(old ?? { box: was }, box, now) : from;
    if (!leaving && !goes && born === undefined) return undefined;
    return { box, ...(goes ? { from: goes } : {}), ...(leaving ? { was: leaving } : {}), ...(born === undefined ? {} : { born }) };
  }

  function departure(old: Track, box: PodBox, now: number): NonNullable<Track['from']> {
    const placed = old.box.pod.node === undefined && box.pod.node !== undefined;
    const seen = position(old, now);
    return { x: seen.x, y: seen.y, at: now, lasts: placed ? durations.move : Math.min(durations.move, 180), bow: placed ? -36 : 0 };
  }

  function position(track: Track, now: number): { readonly x: number; readonly y: number } {
    const { box, from } = track;
    if (!from || from.lasts === 0 || now >= from.at + from.lasts) return box;
    const t = ease((now - from.at) / from.lasts);
    return { x: from.x + (box.x - from.x) * t, y: from.y + (box.y - from.y) * t + from.bow * 4 * t * (1 - t) };
  }

  function frame(now: number): MovingFrame {
    const moving = new Map<string, Moved>();
    for (const [uid, track] of tracks) {
      const travels = track.from !== undefined && now < track.from.at + track.from.lasts;
      const fading = track.was !== undefined && now < track.was.at + durations.state;
      const born = track.born === undefined ? 1 : Math.min(1, (now - track.born) / Math.max(1, durations.state));
      if (!travels && !fading && born >= 1) {
        tracks.delete(uid);
        continue;
      }
      const at = position(track, now);
      moving.set(uid, {
        box: { ...track.box, x: at.x, y: at.y },
        alpha: born,
        travels,
        ...(fading ? { leaving: { pod: track.was!.pod, alpha: 1 - (now - track.was!.at) / durations.state } } : {}),
      });
    }
    gone = gone.filter((one) => now < one.at + durations.state);
    return { moving, gone: gone.map(({ box, at }) => ({ box, alpha: 1 - (now - at) / durations.state, travels: false })) };
  }
}

/** The boxes of those parts of the board that are not the same lists as before. */
function differences(before: BoardLayout, now: BoardLayout): { readonly old: Map<string, PodBox>; readonly fresh: readonly PodBox[] } {
  const lists = (layout: BoardLayout) => new Set([...(layout.tray ? [layout.tray.pods] : []), ...layout.nodes.map((box) => box.pods)]);
  const were = lists(before);
  const are = lists(now);
  const old = new Map<string, PodBox>();
  for (const list of were) if (!are.has(list)) for (const box of list) old.set(box.pod.uid, box);
  return { old, fresh: [...are].filter((list) => !were.has(list)).flat() };
}

/** cubic-bezier(0.5, 0, 0.15, 1), near enough for the eye. */
const ease = (t: number): number => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2);
