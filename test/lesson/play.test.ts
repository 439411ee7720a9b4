/** Every lesson against the real engine: untouched it does not pass, its solution passes each step at its own marker, and
 *  every wrong answer fails at the checks that it names, with the feedback that it names. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { parseLesson } from '../../src/lesson/parse.ts';
import { play } from '../../src/lesson/play.ts';
import { createLessonRun } from '../../src/lesson/run.ts';
import { parseScript } from '../../src/lesson/script.ts';
import { startState } from '../../src/lesson/start-state.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { freshProfile } from '../../src/ui/frame/fresh-profile.ts';

const ROOT = fileURLToPath(new URL('../../lessons/', import.meta.url));
const folders = readdirSync(ROOT, { withFileTypes: true })
  .filter((module) => module.isDirectory())
  .flatMap((module) => readdirSync(`${ROOT}${module.name}`, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => `${ROOT}${module.name}/${one.name}/`));

const open = (folder: string, seed: string): Promise<Sandbox> => openCluster({ profile: freshProfile(seed, startState(readFileSync(`${folder}cluster.yaml`, 'utf8'))), playing: false });

describe.each(folders)('%s', (folder) => {
  const { lesson } = parseLesson(readFileSync(`${folder}lesson.yaml`, 'utf8'));
  if (!lesson) throw new Error(`${folder} has no sound lesson.yaml`);
  const wrong = readdirSync(`${folder}wrong`);

  it('does not pass untouched', async () => {
    const sandbox = await open(folder, 'untouched');
    const run = createLessonRun(lesson, sandbox);
    for (const [at, step] of lesson.steps.entries()) {
      run.goTo(at);
      const state = await run.look([]);
      for (const check of step.checks) if (!check.initiallyPasses) expect([check.id, state.progress[check.id]?.state]).not.toEqual([check.id, 'met']);
    }
    await sandbox.close();
  });

  it.each(['solution.sh'])('%s passes each step at its own marker', async (name) => {
    const sandbox = await open(folder, 'solution');
    const played = await play(lesson, parseScript(readFileSync(`${folder}${name}`, 'utf8')), sandbox);
    await sandbox.close();
    expect(played.unmet).toEqual([]);
    expect(played.steps.map((step) => [step.id, step.after.done])).toEqual(lesson.steps.map((step) => [step.id, true]));
    for (const { id, before } of played.steps) if (lesson.steps.find((step) => step.id === id)?.type !== 'read') expect([id, before.done]).toEqual([id, false]);
    expect(played.steps.find((step) => step.after.prediction)?.after.prediction?.truth).toBe('heals');
    expect(played.passed).toBe(true);
  });

  it.each(wrong)('%s fails as it says', async (name) => {
    const script = parseScript(readFileSync(`${folder}wrong/${name}`, 'utf8'));
    const sandbox = await open(folder, name);
    const played = await play(lesson, script, sandbox);
    await sandbox.close();
    expect(played.passed).toBe(false);
    for (const id of script.mustFail) expect(played.unmet).toContain(id);
    for (const id of script.feedback) expect(played.misconceptions).toContain(id);
  });
});
