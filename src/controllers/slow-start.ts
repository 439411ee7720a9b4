/** Calls in batches of 1, 2, 4 ...: where a quota refuses every call, one is made in vain and not five hundred.
 *  Upstream: pkg/controller/replicaset/replica_set.go, slowStartBatch */

export interface BatchOutcome {
  readonly made: number;
  readonly error?: unknown;
}

/** Stops after the first batch with a failure and tells the first of its errors. */
export async function slowStart(count: number, call: (index: number) => Promise<void>): Promise<BatchOutcome> {
  let made = 0;
  let remaining = count;
  for (let batch = Math.min(1, remaining); batch > 0; batch = Math.min(2 * batch, remaining)) {
    const first = count - remaining;
    const results = await Promise.allSettled(Array.from({ length: batch }, (_, offset) => call(first + offset)));
    const failed = results.filter((result) => result.status === 'rejected');
    made += batch - failed.length;
    if (failed.length > 0) return { made, error: failed[0]!.reason };
    remaining -= batch;
  }
  return { made };
}
