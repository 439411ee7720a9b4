/** What runs in a thread of its own: plays seeds as they come. */
import { parentPort } from 'node:worker_threads';
import { play } from './play.ts';
import type { PlayOptions, Report } from './play.ts';

export interface Answer { readonly seed: string; readonly report?: Report; readonly error?: string; readonly cpuMs: number }

parentPort?.on('message', (options: PlayOptions) => void answer(options));

async function answer(options: PlayOptions): Promise<void> {
  const before = performance.now();
  const told = (rest: Pick<Answer, 'report' | 'error'>): void => parentPort?.postMessage({ seed: options.seed, cpuMs: performance.now() - before, ...rest } satisfies Answer);
  try {
    told({ report: await play(options) });
  } catch (error) {
    told({ error: error instanceof Error ? error.stack ?? error.message : String(error) });
  }
}
