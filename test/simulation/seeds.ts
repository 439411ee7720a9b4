/** Plays many seeds, a few at a time, each in one of some threads. */
import { Worker } from 'node:worker_threads';
import type { PlayOptions } from './play.ts';
import type { Answer } from './worker.ts';

/** A simulation makes much that is soon gone: with room for it, a sixth of the processor time goes elsewhere than into collecting. */
const YOUNG_MB = 192;

export interface Batch {
  /** The bundle. */
  readonly file: string;
  readonly seeds: readonly string[];
  readonly threads?: number;
  readonly options?: Omit<PlayOptions, 'seed'>;
  /** True: enough. */
  readonly until?: (answer: Answer) => boolean;
}

/** Those that were played, in the order of the seeds. */
export async function playSeeds({ file, seeds, threads = 2, options = { stopEarly: true }, until }: Batch): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  let enough = false;
  const work = async (): Promise<void> => {
    const worker = new Worker(file, { execArgv: ['--enable-source-maps'], resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    try {
      while (!enough && next < seeds.length) {
        const seed = seeds[next] as string;
        next += 1;
        const answer = await ask(worker, { ...options, seed });
        answers.push(answer);
        if (until?.(answer)) enough = true;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, seeds.length) }, work));
  return answers.sort((a, b) => seeds.indexOf(a.seed) - seeds.indexOf(b.seed));
}

function ask(worker: Worker, options: PlayOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer: Answer) => {
      worker.off('error', reject);
      resolve(answer);
    });
    worker.postMessage(options);
  });
}

export const seedsUpTo = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index + 1));

/** What somebody types to see it again. */
export const commandFor = (seed: string, plant?: string): string => `npm run sim -- --seed ${seed}${plant ? ` --plant ${plant}` : ''}`;

/** A sentence a broken rule, with the command; empty where all held. */
export function complaints({ seed, report, error }: Answer, plant?: string): readonly string[] {
  const command = commandFor(seed, plant);
  if (error !== undefined || !report) return [`seed ${seed} stopped: ${error}\n  ${command}`];
  return report.violations.map(({ rule, detail, revision }) => `seed ${seed}, revision ${revision}: ${rule}: ${detail}\n  ${command}`);
}
