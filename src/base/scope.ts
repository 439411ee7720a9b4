/** Helpers over scopes. A killed scope runs no code of its own; what must happen outside it is registered from outside. */
import type { World } from './world.ts';
import { disposable } from './dispose.ts';

/** Runs `end` when the world's scope is killed: how a server's owner learns that the server is gone.
 *  Disposing the handle forgets it. `end` runs inside the killer's event and may only settle or mark things. */
export function onKilled(world: World, end: () => void): Disposable {
  let wanted = true;
  const forgotten: { resolve(): void } = { resolve: () => undefined };
  void world.suspend<void>((settle) => {
    forgotten.resolve = () => settle.resolve();
    return disposable(() => { if (wanted) end(); });
  });
  return disposable(() => {
    wanted = false;
    forgotten.resolve();
  });
}
