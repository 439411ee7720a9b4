/** What a machine's software gets: a World, and messages to and from the other machines. */
import type { Micros, World } from '../base/world.ts';

export interface MachineContext extends World {
  readonly machine: string;
  readonly incarnation: number;
  /** JSON-normal body. Ordered per link; lost where the link is cut or lossy at the time of sending. `quiet` is for what
   *  observers ask: it travels on links and counters of its own, so history does not notice; `from` then ends in "~". */
  send(to: string, body: object, options?: { readonly quiet?: boolean }): void;
  onMessage(handler: (message: Message) => void): void;
  /** Text or bytes an input printed: hashed into the history and passed to observers on `channel`, unhashed if `observed` is false. */
  output(channel: string, body: object, options?: { readonly observed?: boolean }): void;
  /** Hashes a fact into this machine's history digest (etcd revisions). */
  record(kind: string, text: string): void;
}

export interface Message { readonly at: Micros; readonly round: number; readonly from: string; readonly seq: number; readonly to: string; readonly sent: Micros; readonly body: object }

/** Builds the software of a machine: the composition root has one for "control-plane", "node" and "shell". */
export type MachineBuilder = (context: MachineContext, kind: string, options: object) => void;
