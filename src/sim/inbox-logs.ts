/** What each machine received, in the order of delivery: from it the machine can be made again elsewhere. Only so much is
 *  kept. Beyond it everything is let go, because the journal, played again, makes the same logs anew. */
import type { Message } from './machine-context.ts';
import { WireBody } from './wire-body.ts';

/** Roughly bytes, over all machines of a log: about what a new cluster takes to come up, twice. */
export const INBOX_MAX = 3_000_000;

interface Log {
  readonly messages: Message[];
  size: number;
}

export class InboxLogs {
  #logs: Map<string, Log> | undefined = new Map();
  #size = 0;

  constructor(private readonly max = INBOX_MAX) {}

  /** undefined: the logs were let go, and stay so. */
  of(machine: string): readonly Message[] | undefined {
    return this.#logs && (this.#logs.get(machine)?.messages ?? []);
  }

  get areWhole(): boolean {
    return this.#logs !== undefined;
  }

  add(machine: string, message: Message): void {
    const logs = this.#logs;
    if (!logs) return;
    let log = logs.get(machine);
    if (!log) logs.set(machine, (log = { messages: [], size: 0 }));
    const size = MESSAGE_SIZE + sizeOf(message.body);
    log.messages.push(message);
    log.size += size;
    this.#size += size;
    if (this.#size > this.max) this.#logs = undefined;
  }

  /** The machine is gone; its next incarnation begins with nothing. */
  forget(machine: string): void {
    this.#size -= this.#logs?.get(machine)?.size ?? 0;
    this.#logs?.delete(machine);
  }
}

const MESSAGE_SIZE = 100;
const OBJECT_SIZE = 24;
const MEMBER_SIZE = 8;

/** Roughly what a JSON value takes in memory. Nothing is measured any more once the logs are let go. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof WireBody) return value.text.length;
  let size = OBJECT_SIZE;
  for (const member of Array.isArray(value) ? value : Object.values(value)) size += MEMBER_SIZE + sizeOf(member);
  return size;
}
