/** A token bucket in virtual time, first come first served: `perSecond` calls on average after a burst.
 *  Upstream: staging/src/k8s.io/client-go/util/flowcontrol/throttle.go */
import type { Clock } from '../base/world.ts';

export interface RateLimit {
  /** Goes on at once while tokens are left, else waits for its turn. */
  take(): Promise<void>;
  /** Takes a token if one is there. */
  tryTake(): boolean;
}

export interface RateLimitOptions {
  readonly perSecond: number;
  readonly burst: number;
}

export function createRateLimit(clock: Clock, { perSecond, burst }: RateLimitOptions): RateLimit {
  let tokens = burst;
  let countedAt = clock.now();
  const refill = (): void => {
    const now = clock.now();
    tokens = Math.min(burst, tokens + ((now - countedAt) / 1000) * perSecond);
    countedAt = now;
  };
  return {
    async take() {
      refill();
      tokens -= 1;
      if (tokens < 0) await clock.sleep(Math.ceil((-tokens / perSecond) * 1000));
    },
    tryTake() {
      refill();
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
