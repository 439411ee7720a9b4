/** What to say where the cluster's clock is not the wall's. Objects carry the cluster's times, and real kubectl subtracts some
 *  of them from its own clock (events in `describe`, `kubectl events`): no epoch makes that right for a clock that runs at
 *  another speed, and a time that is changed on the way out would no longer be the one that the cluster compares. */

/** So far apart nobody sees a difference in ages. */
const NEAR_MS = 60_000;

/** undefined: ages are right. `ahead`: the cluster's time less the wall's. */
export function clockNotice(speed: number, aheadMs: number): string | undefined {
  if (speed === 1 && Math.abs(aheadMs) <= NEAR_MS) return undefined;
  const why = speed === 1
    ? `The cluster's clock is ${durationOf(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine's.`
    : `The cluster's clock runs at ${speed} times the speed of this machine's.`;
  const future = speed > 1 || (speed === 1 && aheadMs > 0);
  return `${why} The ages that kubectl works out by itself, such as those of events, ${future ? 'show as <invalid>' : 'are too large'}; those of \`kubectl get\` are right.`;
}

function durationOf(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2 * 24 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 60 / 24)} days`;
}
