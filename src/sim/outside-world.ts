/** A World for code outside the cluster that speaks to it: its waits end when they end, in wall time. */
import type { Settle, World } from '../base/world.ts';
import { createRandom } from '../base/random.ts';

export function outsideWorld(): World {
  const never = (): never => { throw new Error('there is no time outside the cluster'); };
  const world: World = {
    clock: { now: never, micros: () => 0, setTimer: () => ({ [Symbol.dispose]() {} }), sleep: never },
    random: createRandom('outside'),
    trace: () => undefined,
    suspend: (start) => waitOutside(start),
    spawn: (_name, task) => void task(),
    external: (work) => work,
    scope: () => ({ world, killed: false, kill: () => undefined, freeze: () => undefined, thaw: () => undefined }),
  };
  return world;
}

function waitOutside<T>(start: (settle: Settle<T>) => Disposable | void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let over = false;
    let held: Disposable | undefined;
    const end = (finish: () => void): void => {
      if (over) return;
      over = true;
      finish();
      held?.[Symbol.dispose]();
    };
    const started = start({ resolve: (value) => end(() => resolve(value)), reject: (reason) => end(() => reject(reason)) });
    if (!started) return;
    if (over) started[Symbol.dispose]();
    else held = started;
  });
}
