/** Makes a whole outcome of a task that broke off: nothing that was to be measured disappears from the shares. */
import type { CommandOutcome, ManifestOutcome, PageOutcome } from './outcome.ts';
import type { TaskEnd } from './pool.ts';
import { subcommandOf } from './subcommand.ts';
import { uncounted } from './verdict.ts';

export function pageOutcome({ task, page, commands, at, broke, wallMs }: TaskEnd): PageOutcome | undefined {
  if (task.k !== 'page' || page) return page;
  const running = task.page.commands[at]?.order;
  const played = new Set(commands.map(({ order }) => order));
  const missing = task.page.commands
    .filter(({ where, order }) => where === 'host' && !played.has(order))
    .map((row): CommandOutcome => {
      const subcommand = subcommandOf(row.command);
      const reason = uncounted(row, task.withoutHelm);
      const cause = row.order === running || commands.length === 0 ? (broke ?? 'broke off') : 'not reached: the page broke off before';
      return {
        order: row.order,
        command: row.command,
        category: row.category,
        works: false,
        cause,
        exitCode: -1,
        stdout: '',
        stderr: '',
        virtualMs: 0,
        ...(subcommand !== undefined && { subcommand }),
        ...(reason !== undefined && { uncounted: reason }),
      };
    });
  return {
    source: task.page.source,
    page: task.page.path,
    commands: [...commands, ...missing].sort((one, other) => one.order - other.order),
    wallMs,
  };
}

export function manifestOutcomes({ task, manifests, broke }: TaskEnd): readonly ManifestOutcome[] {
  if (task.k !== 'manifests' || broke === undefined) return manifests;
  const played = new Set(manifests.map(({ file }) => file));
  const missing = task.manifests.filter(({ manifest }) => !played.has(manifest.file));
  return [
    ...manifests,
    ...missing.map(({ manifest: { file, source, refused } }): ManifestOutcome => ({
      file,
      source,
      shouldBe: refused ? 'refused' : 'accepted',
      works: false,
      cause: broke,
    })),
  ];
}
