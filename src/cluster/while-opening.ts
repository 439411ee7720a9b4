/** What the worker of a page does beside its cluster: it tells how far a journal has been played, and loads what the first
 *  command will need. Both look at wall time and neither is history. */
import type { Simulation } from '../sim/simulation.ts';

const TELL_MS = 100;

/** For openCluster's `prepare`: calls back now and then while a journal is played. */
export function onPlayed(tell: (micros: number) => void): (simulation: Simulation) => void {
  return (simulation) => {
    let toldMs = 0;
    simulation.onTrace(() => {
      const nowMs = performance.now();
      if (nowMs - toldMs < TELL_MS) return;
      toldMs = nowMs;
      tell(simulation.frontier);
    });
  };
}

/** A moment after the prompt. */
const PREFETCH_MS = 1500;

export function prefetch(): void {
  setTimeout(() => {
    // What cannot be loaded now is asked for again by the command that needs it.
    for (const part of [import('../kubectl/kubectl.ts'), import('../shell/completion.ts')]) part.catch(() => undefined);
  }, PREFETCH_MS);
}
