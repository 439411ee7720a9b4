/** An output that takes so much and no more: whoever writes faster waits. Real terminals, pipes and log files have that from
 *  their hardware; without it `yes` would write without end at one instant of virtual time. */
import type { World } from '../base/world.ts';
import type { OutputStream } from './process.ts';

export interface Pace {
  /** Free at once, after a rest. */
  readonly burst: number;
  readonly perSecond: number;
  /** What a write counts; default: its length. */
  readonly cost?: (data: Uint8Array | string) => number;
}

/** What people read: a terminal, or the stream of an exec. */
export const SCREEN: Pace = { burst: 1024 * 1024, perSecond: 2 * 1024 * 1024 };

/** A log: a line counts for its bytes and for itself. */
export const LOG: Pace = { burst: 1024 * 1024, perSecond: 512 * 1024, cost: (data) => data.length + 64 * linesOf(data) };

export function pacedOutput(world: World, output: OutputStream, { burst, perSecond, cost = (data) => data.length }: Pace): OutputStream {
  let free = burst;
  let at = world.clock.micros();

  /** How long the writer has to wait, in milliseconds. */
  function spend(amount: number): number {
    const now = world.clock.micros();
    free = Math.min(burst, free + ((now - at) * perSecond) / 1e6) - amount;
    at = now;
    return free < 0 ? Math.ceil((-free * 1000) / perSecond) : 0;
  }

  const view = (waiting: World, target: OutputStream): OutputStream => ({
    ...(target.isTerminal === true && { isTerminal: true }),
    async write(data) {
      await target.write(data);
      const wait = spend(cost(data));
      if (wait > 0) await waiting.clock.sleep(wait);
    },
    close: () => target.close(),
    bind: (other) => view(other, target.bind?.(other) ?? target),
  });
  return view(world, output);
}

function linesOf(data: Uint8Array | string): number {
  let lines = 0;
  if (typeof data === 'string') for (let at = data.indexOf('\n'); at >= 0; at = data.indexOf('\n', at + 1)) lines += 1;
  else for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) lines += 1;
  return lines;
}
