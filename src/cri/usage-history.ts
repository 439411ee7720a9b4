/** What a container used at moments of the recent past, so that a scrape can be answered when somebody asks for it and need
 *  not happen before. Values at whole seconds are exact; nothing runs while nothing changes. */

import type { Clock } from '../base/world.ts';

const SECOND = 1_000_000;
/** In microseconds: two scrapes of metrics-server and room for a slower one. */
const KEPT = 60 * SECOND;

/** Microseconds since the Unix epoch, now: what the moments below are. */
export const momentOf = (clock: Clock): number => clock.now() * 1000 + (clock.micros() % 1000);

/** A counter that grows at a steady rate between two changes: processor time. */
export interface Meter {
  /** Counts on to `now` at `rate` (a millisecond a millisecond is 1); a rate holds from one call to the next. */
  advance(now: number, rate: number): void;
  /** The counter at a moment; after the last change it goes on at `rate`. */
  at(moment: number, rate: number): number;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

function pushed(points: Point[], point: Point): void {
  points.push(point);
  // Swept now and then: the one before the kept stretch is where it begins.
  if (points.length < 160) return;
  const first = points.findIndex(({ at }) => at >= point.at - KEPT);
  if (first > 1) points.splice(0, first - 1);
}

/** The last point at or before the moment; -1 for none. */
function lastBefore(points: readonly Point[], moment: number): number {
  let index = points.length - 1;
  while (index >= 0 && (points[index] as Point).at > moment) index -= 1;
  return index;
}

export function createMeter(startedAt: number): Meter {
  const points: Point[] = [];
  let touched = startedAt;
  let value = 0;
  return {
    advance(now, rate) {
      if (now <= touched) return;
      const first = Math.ceil(touched / SECOND) * SECOND;
      const last = Math.floor(now / SECOND) * SECOND;
      const valueAt = (moment: number): number => value + (rate * (moment - touched)) / 1000;
      if (first <= last && points[points.length - 1]?.at !== first) pushed(points, { at: first, value: valueAt(first) });
      if (first < last) pushed(points, { at: last, value: valueAt(last) });
      value = valueAt(now);
      touched = now;
    },
    at(moment, rate) {
      if (moment >= touched) return value + (rate * (moment - touched)) / 1000;
      const index = lastBefore(points, moment);
      if (moment <= startedAt) return 0;
      const from = points[index] ?? { at: startedAt, value: 0 };
      const to = points[index + 1] ?? { at: touched, value };
      return to.at === from.at ? from.value : from.value + ((to.value - from.value) * (moment - from.at)) / (to.at - from.at);
    },
  };
}

/** A quantity that stays as it is between two changes: memory. */
export interface Level {
  readonly now: number;
  set(now: number, value: number): void;
  at(moment: number): number;
}

export function createLevel(): Level {
  /** What the level was up to each of these seconds. */
  const points: Point[] = [];
  let value = 0;
  return {
    get now() {
      return value;
    },
    set(now, next) {
      const second = Math.floor(now / SECOND) * SECOND;
      if (points[points.length - 1]?.at !== second) pushed(points, { at: second, value });
      value = next;
    },
    at(moment) {
      const index = lastBefore(points, moment - 1) + 1;
      return points[index]?.value ?? value;
    },
  };
}
