/** The lessons that came with the site. Each is loaded when it is opened. */
import { parseLesson } from '../../lesson/parse.ts';
import type { Lesson } from '../../lesson/lesson.ts';
import { startState } from '../../lesson/start-state.ts';
import { parseText } from '../../lesson/text.ts';
import type { Section } from '../../lesson/text.ts';
import type { Profile } from '../../sandbox/sandbox.ts';

type Texts = Record<string, () => Promise<string>>;
const FILES: Texts = import.meta.glob<() => Promise<string>>('/lessons/*/*/{lesson.yaml,text.md,cluster.yaml,solution.sh,debrief.md}', {
  query: '?raw',
  import: 'default',
});

export interface OpenLesson {
  readonly lesson: Lesson;
  readonly sections: readonly Section[];
  readonly debrief: readonly Section[];
  readonly solution: string;
}

/** first-hour.what-a-cluster-does is in lessons/10-first-hour/010-what-a-cluster-does. */
function folderOf(id: string): string | undefined {
  const [module, name] = id.split('.');
  const path = Object.keys(FILES).find((one) => new RegExp(`/\\d+-${module}/\\d+-${name}/lesson\\.yaml$`).test(one));
  return path?.slice(0, -'lesson.yaml'.length);
}

const read = async (folder: string, name: string): Promise<string> => (await FILES[`${folder}${name}`]?.()) ?? '';

export async function openLesson(id: string): Promise<OpenLesson> {
  const folder = folderOf(id);
  if (folder === undefined) throw new Error(`There is no lesson ${id}.`);
  const { lesson, problems } = parseLesson(await read(folder, 'lesson.yaml'));
  if (!lesson) throw new Error(problems.map((one) => `${one.field} ${one.message}`).join('; '));
  return {
    lesson,
    sections: parseText(await read(folder, 'text.md')),
    debrief: parseText(await read(folder, 'debrief.md')),
    solution: await read(folder, 'solution.sh'),
  };
}

export async function lessonProfile(id: string): Promise<Partial<Profile>> {
  const folder = folderOf(id);
  return folder === undefined ? {} : startState(await read(folder, 'cluster.yaml'));
}
