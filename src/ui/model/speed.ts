/** The speeds of the time bar: powers of two from 1/64 to 256, and as fast as it goes. */
export const SPEEDS: readonly number[] = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 64, 256];

export function speedText(speed: number): string {
  if (speed === Infinity) return 'max';
  return speed < 1 ? `×1/${Math.round(1 / speed)}` : `×${Math.round(speed)}`;
}

/** The nearest bar at or below a speed. */
export function speedIndex(speed: number): number {
  let index = 0;
  SPEEDS.forEach((one, at) => {
    if (one <= speed * 1.001) index = at;
  });
  return index;
}

/** What is reached, where that is clearly less than was asked for; else the speed itself. */
export function reachedSpeed(time: { readonly playing: boolean; readonly speed: number; readonly reachedSpeed: number }): number {
  return time.playing && time.reachedSpeed > 0 && time.reachedSpeed < time.speed * 0.8 ? time.reachedSpeed : time.speed;
}
