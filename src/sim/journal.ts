/** The save file: the engine build, the start profile and every input with its virtual time. Same build, same profile,
 *  same entries: same history, byte for byte. */
import type { Micros } from '../base/world.ts';

export interface Journal {
  readonly format: 1;
  /** Hash of the engine build that wrote it. */
  readonly engine: string;
  /** The start state; its shape is the composition root's (sandbox/sandbox.ts Profile). JSON values only. */
  readonly profile: object;
  readonly entries: readonly JournalEntry[];
  /** How far history had got. */
  readonly endMicros: Micros;
  /** The hash at endMicros, where known: a replay that differs says so. */
  readonly hash?: string;
}

/** An input lands at a frontier: after everything due at or before `at`, one at a time. */
export interface JournalEntry {
  readonly at: Micros;
  readonly input: JournalInput;
}

export type JournalInput =
  /** A message into one machine: a typed line, a key, a file edit, an API write of the page. JSON values only. */
  | { readonly type: 'message'; readonly to: string; readonly body: object }
  /** Starts a machine: name, kind and options for the builder. A restarted machine has the next incarnation. */
  | { readonly type: 'start'; readonly machine: string; readonly kind: string; readonly options?: object }
  /** Pulls the plug. */
  | { readonly type: 'drop'; readonly machine: string }
  /** Changes a link in both directions. */
  | { readonly type: 'link'; readonly between: readonly [string, string]; readonly change: LinkChange };

export interface LinkChange { readonly cut?: boolean; readonly latencyMicros?: number; readonly jitterMicros?: number; readonly loss?: number }
