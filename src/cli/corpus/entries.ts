/** What a folder of recorded tutorials holds, as its README describes it: commands by page, scripts of scenarios, manifests. */

/** A file of the corpus that is missing or broken; the message names the file and the line. */
export class CorpusError extends Error {}

export interface Reference {
  /** As the command names it: a path or a URL. */
  readonly arg: string;
  /** Below manifests/; null: not recorded. */
  readonly file: string | null;
}

export interface RecordedCommand {
  readonly source: string;
  readonly page: string;
  readonly order: number;
  readonly block: number;
  readonly command: string;
  readonly expectedOutput?: string;
  readonly where: string;
  readonly uses: readonly string[];
  readonly refs: readonly Reference[];
  readonly placeholder: boolean;
  readonly category: string;
  readonly excluded?: string;
  readonly expectExit?: number;
}

export interface Page {
  readonly source: string;
  readonly path: string;
  readonly commands: readonly RecordedCommand[];
  /** Runs before the first command. */
  readonly setup?: string;
  /** Must exit 0 after the last one. */
  readonly verify?: string;
}

export interface RecordedManifest {
  readonly file: string;
  readonly source: string;
  readonly refused: 'no kind' | 'invalid' | undefined;
}

/** A file of a repository, whether or not it holds an API object. */
export interface RecordedFile {
  /** Below manifests/. */
  readonly file: string;
  readonly source: string;
  /** In its repository. */
  readonly path: string;
}

export interface Corpus {
  readonly folder: string;
  readonly pages: readonly Page[];
  readonly manifests: readonly RecordedManifest[];
  readonly files: readonly RecordedFile[];
}

type Row = Readonly<Record<string, unknown>>;

const text = (row: Row, field: string): string | undefined => (typeof row[field] === 'string' ? row[field] : undefined);

/** The rows of a file of JSON lines. Throws CorpusError with the line's number. */
export function parseRows(file: string, content: string, required: readonly string[]): readonly Row[] {
  const rows: Row[] = [];
  for (const [index, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = rowOf(line);
    if (!row) throw new CorpusError(`${file}:${index + 1}: not a JSON object`);
    const missing = required.find((field) => typeof row[field] !== 'string');
    if (missing !== undefined) throw new CorpusError(`${file}:${index + 1}: "${missing}" is missing, or is no text`);
    rows.push(row);
  }
  return rows;
}

function rowOf(line: string): Row | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : undefined;
  } catch {
    return undefined;
  }
}

export function commandOf(row: Row): RecordedCommand {
  const refs = Array.isArray(row['refs']) ? (row['refs'] as Reference[]) : [];
  const expected = text(row, 'expected_output');
  const excluded = text(row, 'excluded');
  return {
    source: text(row, 'source_repo') ?? '',
    page: text(row, 'page_path') ?? '',
    order: Number(row['order']),
    block: Number(row['block']),
    command: text(row, 'command') ?? '',
    where: text(row, 'where') ?? 'host',
    category: text(row, 'category') ?? 'other',
    uses: Array.isArray(row['uses']) ? (row['uses'] as string[]) : [],
    refs: refs.filter((ref) => typeof ref?.arg === 'string'),
    placeholder: row['placeholder'] === true,
    ...(expected !== undefined && { expectedOutput: expected }),
    ...(excluded !== undefined && { excluded }),
    ...(typeof row['expect_exit'] === 'number' && { expectExit: row['expect_exit'] }),
  };
}

export interface ScenarioScript {
  readonly source: string;
  readonly path: string;
  readonly kind: string;
  readonly script: string;
}

export const scriptOf = (row: Row): ScenarioScript => ({
  source: text(row, 'source_repo') ?? '',
  path: text(row, 'path') ?? '',
  kind: text(row, 'kind') ?? '',
  script: text(row, 'script') ?? '',
});

/** Nothing for files that hold no API object. */
export function manifestOf(row: Row): RecordedManifest | undefined {
  if (row['not_api_object'] === true) return undefined;
  const unknownKind = row['removed_api'] === true || row['custom_resource'] === true;
  return {
    file: text(row, 'file') ?? '',
    source: text(row, 'source_repo') ?? '',
    refused: unknownKind ? 'no kind' : row['expect'] === 'reject' ? 'invalid' : undefined,
  };
}

export const fileOf = (row: Row): RecordedFile => ({
  file: text(row, 'file') ?? '',
  source: text(row, 'source_repo') ?? '',
  path: text(row, 'path') ?? '',
});

export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

/** "a/b/c.md": a/b/ and a/. */
function foldersAround(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_part, index) => `${parts.slice(0, parts.length - index).join('/')}/`);
}

/** Pages in the order in which they stand in the file. A scenario's scripts lie in its page's folder or in one around it:
 *  its set-up runs before each of its pages, its verification after the last. */
export function pagesOf(commands: readonly RecordedCommand[], scripts: readonly ScenarioScript[]): readonly Page[] {
  const byPage = new Map<string, RecordedCommand[]>();
  for (const command of commands) {
    const key = `${command.source} ${command.page}`;
    byPage.set(key, [...(byPage.get(key) ?? []), command]);
  }
  const pages = [...byPage.values()].map((rows) => [...rows].sort((one, other) => one.order - other.order));
  const scenarios = new Set(scripts.map((script) => `${script.source} ${folderOf(script.path)}`));
  const scenarioOf = (row: RecordedCommand): string =>
    foldersAround(row.page)
      .map((folder) => `${row.source} ${folder}`)
      .find((place) => scenarios.has(place)) ?? `${row.source} ${folderOf(row.page)}`;
  const places = pages.map((rows) => (rows[0] ? scenarioOf(rows[0]) : ''));
  const scriptFor = (place: string, kinds: readonly string[]): string | undefined =>
    scripts.find((script) => kinds.includes(script.kind) && `${script.source} ${folderOf(script.path)}` === place)?.script;
  return pages.flatMap((rows, index) => {
    const [first] = rows;
    const place = places[index] ?? '';
    if (!first) return [];
    const setup = scriptFor(place, ['setup', 'init']);
    const verify = places.lastIndexOf(place) === index ? scriptFor(place, ['verify']) : undefined;
    return [
      {
        source: first.source,
        path: first.page,
        commands: rows,
        ...(setup !== undefined && { setup }),
        ...(verify !== undefined && { verify }),
      },
    ];
  });
}
