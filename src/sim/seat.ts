/** What a conductor knows of its hosts and machines. */
import type { Micros } from '../base/world.ts';
import type { HostPort, Limit, Ran } from './host.ts';
import { HostLost } from './host-lost.ts';
import type { MachineSpec } from './machine.ts';
import type { Message } from './machine-context.ts';

/** A host as the conductor sees it. */
export interface Seat {
  readonly name: string;
  readonly port: HostPort;
  next: Limit;
  shellAt: Micros;
  readonly machines: Set<string>;
}

/** A machine as the conductor sees it. */
export interface Place {
  readonly spec: MachineSpec;
  readonly seat: Seat;
  /** What it has surely run through. */
  done: Limit;
  /** Of each sender the last message that it had then: links keep their order. */
  readonly had: Map<string, Message>;
  /** What it was given since. */
  given: Message[];
}

/** A host that is lost is an answer like any other. */
export async function runSeat(seat: Seat, limit: Limit, inbox: Message[]): Promise<readonly [Seat, Ran | HostLost]> {
  try {
    return [seat, await seat.port.run({ limit, inbox })];
  } catch (error) {
    if (error instanceof HostLost) return [seat, error];
    throw error;
  }
}
