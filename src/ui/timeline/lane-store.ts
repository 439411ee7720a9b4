/** Keeps the lanes of one page as its snapshots come. Starts with the page, so that opening the timeline late loses
 *  nothing. */
import type { PodView } from '../model/pod-view.ts';
import { shownMicros } from '../page.tsx';
import type { Page } from '../page.tsx';
import { recordLanes } from './lanes.ts';
import type { LaneBook } from './lanes.ts';

export interface LaneStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly book: () => LaneBook;
}

const stores = new WeakMap<object, LaneStore>();

export function laneStore(page: Page): LaneStore {
  const found = stores.get(page.cluster);
  if (found) return found;
  let book: LaneBook = { lanes: new Map() };
  const listeners = new Set<() => void>();
  let seen: readonly PodView[] | undefined;
  const look = (): void => {
    const { pods } = page.cluster.snapshot();
    if (pods === seen) return;
    seen = pods;
    if (page.sandbox.time.state.lookingAtMicros !== undefined) return;
    const next = recordLanes(book, pods, shownMicros(page.sandbox.time.state));
    if (next === book) return;
    book = next;
    for (const listener of listeners) listener();
  };
  page.cluster.subscribe(look);
  look();
  const store: LaneStore = {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    book: () => book,
  };
  stores.set(page.cluster, store);
  return store;
}
