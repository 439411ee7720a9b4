/** The other end of the pool: a process that plays the tasks that its parent sends, one after the other. */
import { playManifests } from './play-manifests.ts';
import { playPage } from './play-page.ts';
import type { Task, Told } from './pool.ts';

/** Never resolves by itself: the parent ends the process. */
export async function answerTasks(): Promise<number> {
  const tell = (told: Told): void => {
    process.send?.(told);
  };
  let before: Promise<void> = Promise.resolve();
  process.on('message', (task: Task) => {
    before = before.then(async () => {
      try {
        await answer(task, tell);
      } catch (error) {
        tell({ k: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
    });
  });
  process.on('disconnect', () => process.exit(0));
  await new Promise<never>(() => undefined);
  return 0;
}

async function answer(task: Task, tell: (told: Told) => void): Promise<void> {
  if (task.k === 'manifests') {
    await playManifests(task.manifests, (outcome) => tell({ k: 'manifest', outcome }));
    tell({ k: 'manifests-done' });
    return;
  }
  const { page, files, withoutHelm, pauseSeconds } = task;
  const outcome = await playPage(page, {
    files,
    withoutHelm,
    pauseSeconds,
    onCommand: (index) => tell({ k: 'begin', index }),
    onOutcome: (one) => tell({ k: 'command', outcome: one }),
  });
  tell({ k: 'page', outcome });
}
