/** What it takes to make every machine again elsewhere. */
import type { Micros } from '../base/world.ts';
import { digestKey, type Digests } from './history.ts';
import type { LinkState } from './link.ts';
import type { MachineSpec } from './machine.ts';
import type { Message } from './machine-context.ts';

export interface HandOver {
  readonly links: LinkState;
  readonly machines: readonly { readonly spec: MachineSpec; readonly log: readonly Message[] }[];
  readonly pending: readonly Message[];
  readonly frontier: Micros;
  readonly entryAt: Micros;
  readonly entriesHere: number;
  readonly ended: Digests;
  readonly incarnations: readonly (readonly [string, number])[];
}

/** The fingerprints of those that live no more. */
export function endedOnly(digests: Digests, living: Iterable<{ readonly spec: MachineSpec }>): Digests {
  const ended = { ...digests };
  for (const { spec } of living) delete ended[digestKey(spec.name, spec.incarnation)];
  return ended;
}

/** The log up to the last message that was had of each sender: links keep their order. */
export function receivedUpTo(had: ReadonlyMap<string, Message>, log: readonly Message[]): readonly Message[] {
  return log.filter(({ from, at, seq }) => {
    const last = had.get(from);
    return last !== undefined && (at < last.at || (at === last.at && seq <= last.seq));
  });
}
