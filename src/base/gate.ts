/** Doors that tasks wait at. */
import type { Settle, World } from './world.ts';
import { disposable } from './dispose.ts';

/** Opens once and stays open: "the caches have synced", "the process has ended". */
export class Latch {
  private waiting: Settle<void>[] = [];
  private opened = false;

  constructor(private readonly world: World) {}

  get isOpen(): boolean {
    return this.opened;
  }

  open(): void {
    if (this.opened) return;
    this.opened = true;
    const { waiting } = this;
    this.waiting = [];
    for (const settle of waiting) settle.resolve();
  }

  /** Another world than the latch's own may wait: the wait then ends with that world's scope. */
  wait(world: World = this.world): Promise<void> {
    return world.suspend<void>((settle) => {
      if (this.opened) return settle.resolve();
      this.waiting.push(settle);
      return disposable(() => remove(this.waiting, settle));
    });
  }
}

/** Wakes whoever waits now, each time that it is rung; a ring that nobody waits for is remembered once. */
export class Bell {
  private waiting: Settle<void>[] = [];
  private rung = false;

  constructor(private readonly world: World) {}

  ring(): void {
    if (this.waiting.length === 0) {
      this.rung = true;
      return;
    }
    const { waiting } = this;
    this.waiting = [];
    for (const settle of waiting) settle.resolve();
  }

  wait(world: World = this.world): Promise<void> {
    return world.suspend<void>((settle) => {
      if (this.rung) {
        this.rung = false;
        return settle.resolve();
      }
      this.waiting.push(settle);
      return disposable(() => remove(this.waiting, settle));
    });
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
