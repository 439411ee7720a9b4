/** A periodic pass of Kubernetes that runs only when it has something to do: asked for, it comes at the next tick of its
 *  period, so an idle cluster costs nothing and a busy one sees the delays that it would see. */
import type { World } from '../base/world.ts';

export interface Ticks {
  /** The pass runs at the next tick, or at the first tick that is at least so far away. */
  ask(inMs?: number): void;
}

/** `pass` may ask again for itself. Ticks are counted from the component's start. */
export function createTicks(world: World, name: string, periodMs: number, pass: () => Promise<void>): Ticks {
  const startAt = world.clock.now();
  let timer: Disposable | undefined;
  let dueAt = Infinity;
  let isRunning = false;

  function ask(inMs = 0): void {
    const now = world.clock.now();
    const passed = now + inMs - startAt;
    const at = startAt + Math.ceil((passed + (inMs === 0 ? 1 : 0)) / periodMs) * periodMs;
    if (at >= dueAt) return;
    timer?.[Symbol.dispose]();
    dueAt = at;
    timer = world.clock.setTimer(at - now, () => {
      dueAt = Infinity;
      if (isRunning) ask();
      else world.spawn(name, run);
    });
  }

  async function run(): Promise<void> {
    isRunning = true;
    try {
      await pass();
    } finally {
      isRunning = false;
    }
  }

  return { ask };
}
