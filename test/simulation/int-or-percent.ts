/** maxSurge and maxUnavailable as counts. */
export function intOrPercent(value: number | string, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  const exact = (Number(value.replace('%', '')) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}
