/** Counts outcomes into shares and writes them as a text for people or as one JSON object. */
import { counted, passes } from './outcome.ts';
import type { CommandOutcome, ManifestOutcome, PageOutcome } from './outcome.ts';
import { firstDifference } from './shape.ts';

export interface Share {
  readonly of: number;
  readonly good: number;
}
export interface Row extends Share {
  readonly name: string;
}
export interface Cause {
  readonly cause: string;
  readonly count: number;
  readonly examples: readonly string[];
}

export interface Summary {
  readonly commands: Share;
  readonly kubectl: Share;
  readonly pages: Share;
  readonly manifests: Share;
  /** Of the working commands with an expected output, those with the same shape. */
  readonly matches: Share;
  readonly verified: Share;
  readonly bySource: readonly Row[];
  readonly byCategory: readonly Row[];
  readonly bySubcommand: readonly Row[];
  readonly causes: readonly Cause[];
  readonly manifestCauses: readonly Cause[];
}

const EXAMPLES = 4;

const share = (rows: readonly { readonly works: boolean }[]): Share => ({
  of: rows.length,
  good: rows.filter(({ works }) => works).length,
});

function rowsBy<T extends { readonly works: boolean }>(items: readonly T[], keyOf: (item: T) => string | undefined): readonly Row[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups]
    .map(([name, members]) => ({ name, ...share(members) }))
    .sort((one, other) => other.of - one.of || (one.name < other.name ? -1 : 1));
}

function causesOf(failed: readonly { readonly cause?: string; readonly example: string }[]): readonly Cause[] {
  const groups = new Map<string, string[]>();
  for (const { cause = 'unknown', example } of failed) groups.set(cause, [...(groups.get(cause) ?? []), example]);
  return [...groups]
    .map(([cause, examples]) => ({ cause, count: examples.length, examples: examples.slice(0, EXAMPLES) }))
    .sort((one, other) => other.count - one.count || (one.cause < other.cause ? -1 : 1));
}

export function summarize(pages: readonly PageOutcome[], manifests: readonly ManifestOutcome[]): Summary {
  const commands = pages.flatMap((page) => counted(page).map((command) => ({ ...command, source: page.source, page: page.page })));
  const isKubectl = ({ category, subcommand }: CommandOutcome): boolean => category.startsWith('kubectl') || subcommand !== undefined;
  const judged = pages.map((page) => passes(page)).filter((one) => one !== undefined);
  const compared = commands.filter(({ matches }) => matches !== undefined);
  const verified = pages.flatMap(({ verify }) => (verify ? [{ works: verify.exitCode === 0 }] : []));
  return {
    commands: share(commands),
    kubectl: share(commands.filter(isKubectl)),
    pages: { of: judged.length, good: judged.filter(Boolean).length },
    manifests: share(manifests),
    matches: { of: compared.length, good: compared.filter(({ matches }) => matches).length },
    verified: share(verified),
    bySource: rowsBy(commands, ({ source }) => source),
    byCategory: rowsBy(commands, ({ category }) => category),
    bySubcommand: rowsBy(commands, ({ subcommand }) => subcommand),
    causes: causesOf(
      commands
        .filter(({ works }) => !works)
        .map(({ cause, page, order, command }) => ({
          ...(cause !== undefined && { cause }),
          example: `${page} ${order}: ${firstLine(command)}`,
        })),
    ),
    manifestCauses: causesOf(
      manifests.filter(({ works }) => !works).map(({ cause, file }) => ({ ...(cause !== undefined && { cause }), example: file })),
    ),
  };
}

const firstLine = (text: string): string => (text.includes('\n') ? `${text.slice(0, text.indexOf('\n'))} ...` : text).slice(0, 120);

const percent = ({ of, good }: Share): string => (of === 0 ? '    -' : `${((100 * good) / of).toFixed(1).padStart(5)} %`);
const line = (name: string, one: Share, width: number): string =>
  `  ${name.padEnd(width)}  ${percent(one)}  ${String(one.good).padStart(5)} of ${one.of}`;

function table(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(({ name }) => name.length));
  return ['', title, ...rows.map((row) => line(row.name, row, width))];
}

function causeLines(title: string, causes: readonly Cause[]): readonly string[] {
  if (causes.length === 0) return [];
  return [
    '',
    title,
    ...causes.flatMap(({ cause, count, examples }) => [
      `${String(count).padStart(5)}  ${cause}`,
      ...examples.map((example) => `         ${example}`),
    ]),
  ];
}

export function writeSummary(summary: Summary): string {
  const shares: readonly Row[] = [
    { name: 'commands that work', ...summary.commands },
    { name: 'kubectl commands that work', ...summary.kubectl },
    { name: 'pages that pass', ...summary.pages },
    { name: 'verify scripts that pass', ...summary.verified },
    { name: 'manifests accepted or refused rightly', ...summary.manifests },
    { name: 'outputs of the recorded shape', ...summary.matches },
  ];
  return [
    ...table('Shares', shares).slice(1),
    ...table('By source', summary.bySource),
    ...table('By category', summary.byCategory),
    ...table('By kubectl sub-command', summary.bySubcommand),
    ...causeLines('Commands that fail, by cause', summary.causes),
    ...causeLines('Manifests, by cause', summary.manifestCauses),
    '',
  ].join('\n');
}

export interface Mismatch {
  readonly page: string;
  readonly order: number;
  readonly command: string;
  readonly expected: string;
  readonly printed: string;
}

/** The outputs that differ from the recorded ones in more than ages, addresses, names and versions. */
export function mismatches(pages: readonly PageOutcome[]): readonly Mismatch[] {
  return pages.flatMap(({ page, commands }) =>
    commands
      .filter((one) => one.uncounted === undefined && one.matches === false)
      .map(({ order, command, expected = '', stdout, stderr }) => ({ page, order, command, expected, printed: `${stdout}${stderr}` })),
  );
}

/** Each with the first line in which the two differ. */
export function writeMismatches(found: readonly Mismatch[]): string {
  if (found.length === 0) return '';
  const lines = found.flatMap(({ page, order, command, expected, printed }) => {
    const { recorded, here } = firstDifference(expected, printed);
    return [`  ${page} ${order}: ${firstLine(command)}`, `    recorded: ${firstLine(recorded)}`, `    here:     ${firstLine(here)}`];
  });
  return ['Outputs of another shape, by the first line that differs', ...lines, ''].join('\n');
}
