/** Where machines run. Layout is a matter of isolation, never of history. */
import type { HostInit, Placement } from './conductor.ts';
import type { HostPort } from './host.ts';

export interface SpreadOptions {
  readonly hub: string;
  readonly shells: readonly string[];
  /** Hosts for the other machines: they are dealt out in the order in which they first start. */
  readonly workers: number;
  open(host: string, init: HostInit): Promise<HostPort>;
}

/** The hub and the shells have a host each; the other machines share the workers. */
export function spread({ hub, shells, workers, open }: SpreadOptions): Placement {
  const places = new Map<string, string>();
  return {
    solo: false,
    place(machine) {
      if (machine === hub || shells.includes(machine)) return machine;
      let place = places.get(machine);
      if (place === undefined) places.set(machine, (place = `workers-${places.size % Math.max(1, workers)}`));
      return place;
    },
    open,
  };
}

/** One host of its own for everything: it needs no windows. */
export function together(open: (host: string, init: HostInit) => Promise<HostPort>): Placement {
  return { solo: true, place: () => 'all', open };
}
