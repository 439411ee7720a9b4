/** Whether a command worked, by the measure of the corpus, and if not: why, in words that bring equal causes together. */
import type { RecordedCommand } from './entries.ts';

/** Why a command is run but not counted. */
export type Uncounted = 'excluded' | 'placeholder' | 'not on the host' | 'cloud-or-host' | 'helm';

export function uncounted(row: RecordedCommand, withoutHelm: boolean): Uncounted | undefined {
  if (row.excluded !== undefined) return 'excluded';
  if (row.placeholder) return 'placeholder';
  if (row.where !== 'host') return 'not on the host';
  if (row.category === 'cloud-or-host') return 'cloud-or-host';
  return withoutHelm && row.category === 'helm' ? 'helm' : undefined;
}

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Ctrl-C ended it. */
  readonly interrupted: boolean;
  /** Errors of the cluster itself while it ran. */
  readonly crashes: readonly string[];
}

export interface Verdict {
  readonly works: boolean;
  readonly cause?: string;
}

const NOT_FOUND = /^(.*: )?([^\s:]+): (command not found|not found)$/m;
const UNIMPLEMENTED = /^.*\b(not implemented|is not part of this sandbox|not available in this sandbox|has no place in a simulated).*$/m;
const UNKNOWN_FLAG = /^.*unknown (shorthand )?flag.*$/m;
const INTERNAL = /^.*(Error from server \(InternalError\)|Internal error:|panic:).*$/m;
/** What a shell ends with in which Ctrl-C ended the last command. */
const INTERRUPTED = 130;
/** A line of stderr that says that something failed, before Ctrl-C. */
const FAILED = /^(error|Error|E\d{4}|fatal|panic)\b.*$|^The \w+ ".*" is invalid.*$|^Unable to .*$/m;

const fails = (cause: string): Verdict => ({ works: false, cause });

export function judge(expectExit: number | undefined, isEndless: boolean, ended: Ended): Verdict {
  const { exitCode, stdout, stderr, interrupted, crashes } = ended;
  if (crashes[0] !== undefined) return fails(`internal error: ${causeLine(crashes[0])}`);
  const said = `${stderr}\n${stdout}`;
  const absent = NOT_FOUND.exec(said);
  if (absent) return fails(`${absent[2]}: command not found`);
  const broken = UNIMPLEMENTED.exec(stderr) ?? INTERNAL.exec(stderr) ?? (expectExit === undefined ? UNKNOWN_FLAG.exec(stderr) : null);
  if (broken) return fails(causeLine(broken[0]));
  if (interrupted && !isEndless) return fails('did not end within 10 minutes');
  const isCut = interrupted || (isEndless && exitCode === INTERRUPTED);
  if (isCut) return FAILED.test(stderr) ? fails(causeLine(FAILED.exec(stderr)?.[0] ?? '')) : { works: true };
  if (exitCode === (expectExit ?? 0)) return { works: true };
  if (expectExit !== undefined) return fails(`exit code ${exitCode} where ${expectExit} is right`);
  return fails(causeOf(exitCode, stdout, stderr));
}

/** The line that tells most: an error's, else the last one of stderr, else of stdout. */
function causeOf(exitCode: number, stdout: string, stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line = lines.find((each) => /^error\b|^Error\b|invalid|refused|failed/i.test(each)) ?? lines.at(-1);
  if (line !== undefined) return causeLine(line);
  const last = stdout.trim().split('\n').at(-1)?.trim() ?? '';
  return `exit code ${exitCode}${last === '' ? ', without a word' : `: ${causeLine(last)}`}`;
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(:\d+)?\b/g, 'IP'],
  [/\((NotFound|AlreadyExists|Forbidden|Invalid|Conflict)\): ([\w.]+) "[^"]*"/g, '($1): $2 "..."'],
  [/\b(path|open|stat|reading|read) "?[^\s":]*[/.][^\s":]*"?/g, '$1 ...'],
  [/^(-bash: cd|cat|tee|cp|ls|mv): [^:]+: /, '$1: ...: '],
  [/(namespaces?|services?|pods?|nodes?) "[^"]*"/g, '$1 "..."'],
  [/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, 'UID'],
  [/name: "[^"]*" namespace: "[^"]*" from "[^"]*"/g, 'name ... from ...'],
];

function causeLine(line: string): string {
  let masked = line.trim();
  for (const [pattern, name] of MASKS) masked = masked.replace(pattern, name);
  return masked.length > 160 ? `${masked.slice(0, 160)} ...` : masked;
}
