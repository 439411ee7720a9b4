/** What every panel may reach: the sandbox, the stores over it, and the terminal. One value, one provider. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { TraceRecord } from '../base/trace.ts';
import type { CommandResult, Sandbox, TimeState } from '../sandbox/sandbox.ts';
import type { ClusterSnapshot, ClusterStore } from './cluster-store.ts';
import { gather, paced } from './frames.ts';
import type { Paced } from './frames.ts';
import { reachedSpeed } from './model/speed.ts';
import type { Tick } from './time-bar/ticks.ts';
import type { TraceLog } from './trace-log.ts';

export interface Page {
  readonly sandbox: Sandbox;
  readonly cluster: ClusterStore;
  readonly trace: TraceLog;
  readonly terminal: TerminalAccess;
  readonly editor: EditorAccess;
  /** Throws everything away and begins again with a new cluster. */
  reset(): void;
  /** Continues as another sandbox: a fork from the past. */
  replaceWith(sandbox: Sandbox): void;
}

/** Lets a chip type into the terminal in front without knowing xterm. */
export interface TerminalAccess {
  type(text: string): void;
  focus(): void;
  attach(target: { type(text: string): void; focus(): void }): () => void;
}

export interface EditorAccess {
  open(path: string, line?: number): void;
  onOpen(listener: (path: string, line?: number) => void): () => void;
}

const PageContext = createContext<Page | undefined>(undefined);
export const PageProvider = PageContext.Provider;

export function usePage(): Page {
  const page = use(PageContext);
  if (!page) throw new Error('usePage outside PageProvider');
  return page;
}

/** How often panels of text hear of what streams in. The board does not wait for them. */
const PANELS_MS = 100;
const AGES_MS = 250;
const REACHED_MS = 500;
const clusters = new WeakMap<ClusterStore, Paced<ClusterSnapshot>>();

/** The cluster as panels show it: the first change at once, a stream of changes ten times a second. */
export function useCluster(): ClusterSnapshot {
  const { cluster } = usePage();
  const { subscribe, value } = panelsOf(cluster);
  return useSyncExternalStore(subscribe, value);
}

function panelsOf(cluster: ClusterStore): Paced<ClusterSnapshot> {
  let panels = clusters.get(cluster);
  if (!panels) clusters.set(cluster, (panels = paced(cluster.subscribe, cluster.snapshot, PANELS_MS)));
  return panels;
}

/** One plain value of the cluster: its reader draws again when that changes, and not when others do. */
export function useClusterPart<T extends string | number | boolean | undefined>(part: (snapshot: ClusterSnapshot) => T): T {
  const { cluster } = usePage();
  const { subscribe, value } = panelsOf(cluster);
  return useSyncExternalStore(subscribe, () => part(value()));
}

export function useTrace(): readonly TraceRecord[] {
  const { trace } = usePage();
  return useSyncExternalStore(trace.subscribe, trace.records);
}

export function useTicks(): readonly Tick[] {
  const { trace } = usePage();
  return useSyncExternalStore(trace.subscribe, trace.ticks);
}

export function useCommands(): readonly CommandResult[] {
  const { trace } = usePage();
  return useSyncExternalStore(trace.subscribe, trace.commands);
}

/** How time is asked to run, without where it is and how fast it gets on. */
export type Pace = Pick<TimeState, 'playing' | 'speed' | 'lookingAtMicros'>;

interface Times {
  readonly frames: Paced<TimeState>;
  readonly panels: Paced<TimeState>;
  readonly pace: Paced<Pace>;
  readonly ages: Paced<number>;
  readonly reached: Paced<number>;
}
const times = new WeakMap<Sandbox, Times>();

function timesOf({ time }: Sandbox): Times {
  const subscribe = (listener: () => void): unknown => time.onChange(() => gather(listener));
  let held: Pace = time.state;
  const pace = (): Pace => (samePace(held, time.state) ? held : (held = time.state));
  return {
    frames: paced(subscribe, () => time.state, 0),
    panels: paced(subscribe, () => time.state, AGES_MS),
    pace: paced(subscribe, pace, 0),
    ages: paced(subscribe, () => Math.floor(shownMs(time.state) / 1000) * 1000, AGES_MS),
    reached: paced(subscribe, () => reachedSpeed(time.state), REACHED_MS),
  };
}

function samePace(a: Pace, b: Pace): boolean {
  return a.playing === b.playing && a.speed === b.speed && a.lookingAtMicros === b.lookingAtMicros;
}

function useTimes(): Times {
  const { sandbox } = usePage();
  let found = times.get(sandbox);
  if (!found) times.set(sandbox, (found = timesOf(sandbox)));
  return found;
}

/** The moment that is shown, every time that it moves: for the clock alone. */
export function useTime(): TimeState {
  const { frames } = useTimes();
  return useSyncExternalStore(frames.subscribe, frames.value);
}

/** The moment that is shown, four times a second: for what is as wide as history. */
export function useTimeSlowly(): TimeState {
  const { panels } = useTimes();
  return useSyncExternalStore(panels.subscribe, panels.value);
}

/** Playing or not, how fast, and which moment of the past is looked at. */
export function usePace(): Pace {
  const { pace } = useTimes();
  return useSyncExternalStore(pace.subscribe, pace.value);
}

/** The speed that is reached, where it is less than what was asked for; else the speed. */
export function useReachedSpeed(): number {
  const { reached } = useTimes();
  return useSyncExternalStore(reached.subscribe, reached.value);
}

/** Cluster time in whole seconds: for ages, which must not draw sixty times a second. */
export function useNowMs(): number {
  const { ages } = useTimes();
  return useSyncExternalStore(ages.subscribe, ages.value);
}

export function shownMicros(state: TimeState): number {
  return state.lookingAtMicros ?? state.nowMicros;
}

export function shownMs(state: TimeState): number {
  return state.lookingAtMicros === undefined ? state.nowMs : state.nowMs - Math.floor((state.nowMicros - state.lookingAtMicros) / 1000);
}

export function createTerminalAccess(): TerminalAccess {
  let front: { type(text: string): void; focus(): void } | undefined;
  return {
    type(text) {
      front?.type(text);
      front?.focus();
    },
    focus() {
      front?.focus();
    },
    attach(target) {
      front = target;
      return () => {
        if (front === target) front = undefined;
      };
    },
  };
}

export function createEditorAccess(): EditorAccess {
  const listeners = new Set<(path: string, line?: number) => void>();
  let last: [string, number | undefined] | undefined;
  return {
    open(path, line) {
      last = [path, line];
      for (const listener of listeners) listener(path, line);
    },
    onOpen(listener) {
      listeners.add(listener);
      if (last) listener(...last);
      return () => listeners.delete(listener);
    },
  };
}
