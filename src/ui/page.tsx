/** What every panel may reach: the sandbox, the stores over it, and the terminal. One value, one provider. */
import { createContext, use, useSyncExternalStore } from 'react';
import type { TraceRecord } from '../base/trace.ts';
import type { CommandResult, Sandbox, TimeState } from '../sandbox/sandbox.ts';
import type { ClusterSnapshot, ClusterStore } from './cluster-store.ts';
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

export function useCluster(): ClusterSnapshot {
  const { cluster } = usePage();
  return useSyncExternalStore(cluster.subscribe, cluster.snapshot);
}

export function useTrace(): readonly TraceRecord[] {
  const { trace } = usePage();
  return useSyncExternalStore(trace.subscribe, trace.records);
}

export function useCommands(): readonly CommandResult[] {
  const { trace } = usePage();
  return useSyncExternalStore(trace.subscribe, trace.commands);
}

const subscriptions = new WeakMap<Sandbox, (listener: () => void) => () => void>();

export function useTime(): TimeState {
  const { sandbox } = usePage();
  let subscribe = subscriptions.get(sandbox);
  if (!subscribe) {
    subscribe = (listener) => {
      const watching = sandbox.time.onChange(listener);
      return () => watching[Symbol.dispose]();
    };
    subscriptions.set(sandbox, subscribe);
  }
  return useSyncExternalStore(subscribe, () => sandbox.time.state);
}

/** Cluster time in whole seconds: for ages, which must not draw sixty times a second. */
export function useNowMs(): number {
  const { sandbox } = usePage();
  useTimeSeconds();
  return shownMs(sandbox.time.state);
}

function useTimeSeconds(): number {
  const { sandbox } = usePage();
  let subscribe = subscriptions.get(sandbox);
  if (!subscribe) {
    subscribe = (listener) => {
      const watching = sandbox.time.onChange(listener);
      return () => watching[Symbol.dispose]();
    };
    subscriptions.set(sandbox, subscribe);
  }
  return useSyncExternalStore(subscribe, () => Math.floor(shownMs(sandbox.time.state) / 1000));
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
