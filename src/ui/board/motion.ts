/** What moves on the board: a Pod travels from the tray to its place, changes state in a cross-fade, and fades when it
 *  is gone. Wall time only; where the clock stands or runs fast nothing travels. */
import type { BoardLayout, PodBox } from './layout.ts';
import type { PodView } from '../model/pod-view.ts';

export interface Moved {
  readonly box: PodBox;
  readonly alpha: number;
  /** The state it leaves, and how much of that is still seen. */ readonly leaving?: { readonly pod: PodView; readonly alpha: number };
}

export interface Motion {
  /** Takes a new layout; differences to the last one begin to move. */
  update(layout: BoardLayout, now: number, options: MotionOptions): void;
  /** The boxes to draw at a moment; `active` while anything still moves. */
  frame(now: number): { readonly boxes: readonly Moved[]; readonly active: boolean };
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
  box: PodBox;
  from?: { readonly x: number; readonly y: number; readonly at: number; readonly lasts: number; readonly bow: number };
  was?: { readonly pod: PodView; readonly at: number };
  born?: number;
}

export function createMotion(): Motion {
  let tracks = new Map<string, Track>();
  let gone: { readonly box: PodBox; readonly at: number }[] = [];
  let order: readonly string[] = [];
  let durations: Durations = { state: 240, move: 480 };
  let first = true;
  return { update, frame };

  function update(layout: BoardLayout, now: number, options: MotionOptions): void {
    durations = options.durations;
    const still = options.still || first;
    const next = new Map<string, Track>();
    for (const box of layout.pods) {
      const old = tracks.get(box.pod.uid);
      next.set(box.pod.uid, old ? moveOn(old, box, now, still) : { box, ...(still ? {} : { born: now }) });
    }
    if (!still) for (const [uid, track] of tracks) if (!next.has(uid)) gone.push({ box: track.box, at: now });
    if (gone.length > 200) gone = [];
    tracks = next;
    order = layout.pods.map((box) => box.pod.uid);
    if (layout.pods.length > 0 || layout.nodes.length > 0) first = false;
  }

  function moveOn(old: Track, box: PodBox, now: number, still: boolean): Track {
    const track: Track = { ...old, box };
    if (still) return { box };
    if (old.box.pod.state !== box.pod.state || old.box.pod.word !== box.pod.word) track.was = { pod: old.box.pod, at: now };
    if (Math.abs(old.box.x - box.x) + Math.abs(old.box.y - box.y) > 0.5) {
      const placed = old.box.pod.node === undefined && box.pod.node !== undefined;
      const seen = position(old, now);
      track.from = { x: seen.x, y: seen.y, at: now, lasts: placed ? durations.move : Math.min(durations.move, 180), bow: placed ? -36 : 0 };
    }
    return track;
  }

  function position(track: Track, now: number): { readonly x: number; readonly y: number } {
    const { box, from } = track;
    if (!from || from.lasts === 0 || now >= from.at + from.lasts) return box;
    const t = ease((now - from.at) / from.lasts);
    return { x: from.x + (box.x - from.x) * t, y: from.y + (box.y - from.y) * t + from.bow * 4 * t * (1 - t) };
  }

  function frame(now: number): { readonly boxes: readonly Moved[]; readonly active: boolean } {
    let active = false;
    const boxes: Moved[] = [];
    const flying: Moved[] = [];
    gone = gone.filter((one) => now < one.at + durations.state);
    for (const one of gone) {
      const left = 1 - (now - one.at) / durations.state;
      boxes.push({ box: one.box, alpha: left });
      active = true;
    }
    for (const uid of order) {
      const track = tracks.get(uid)!;
      const at = position(track, now);
      const travelling = track.from !== undefined && now < track.from.at + track.from.lasts;
      const fading = track.was !== undefined && now < track.was.at + durations.state;
      const born = track.born === undefined ? 1 : Math.min(1, (now - track.born) / Math.max(1, durations.state));
      if (travelling || fading || born < 1) active = true;
      const moved: Moved = {
        box: { ...track.box, x: at.x, y: at.y },
        alpha: born,
        ...(fading ? { leaving: { pod: track.was!.pod, alpha: 1 - (now - track.was!.at) / durations.state } } : {}),
      };
      (travelling ? flying : boxes).push(moved);
    }
    return { boxes: flying.length > 0 ? [...boxes, ...flying] : boxes, active };
  }
}

/** cubic-bezier(0.5, 0, 0.15, 1), near enough for the eye. */
const ease = (t: number): number => (t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2);
