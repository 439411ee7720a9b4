/** Truly asynchronous work: the host's time stands until it is there. */
import type { Machine } from './machine.ts';

/** Results come in the order in which the work was begun, each as a wake of its own, even where they are there already. */
export async function finishExternals(machine: Machine): Promise<void> {
  for (const external of machine.externals.splice(0)) {
    if (external.scope.killed) continue;
    await external.work;
    external.done();
  }
}
