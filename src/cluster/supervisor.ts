/** systemd, as far as a node needs it: keeps one service running, and starts it again 10 s after it was killed. */
import { onKilled } from '../base/scope.ts';
import type { Scope, World } from '../base/world.ts';

const RESTART_MS = 10_000;

export interface Supervised {
  readonly isRunning: boolean;
  /** kill -9; it comes back by itself. */
  kill(): void;
}

export function supervise(world: World, name: string, start: (world: World) => void): Supervised {
  let scope: Scope;
  let count = 0;
  let running = false;
  const run = (): void => {
    count += 1;
    scope = world.scope(`${name}-${count}`);
    running = true;
    onKilled(scope.world, () => {
      running = false;
      world.clock.setTimer(RESTART_MS, run);
    });
    start(scope.world);
  };
  run();
  return { get isRunning() { return running; }, kill: () => scope.kill() };
}
