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
