/** The journal as text: a header line, a line an entry, and a last line that says how many there were and what they
 *  add up to. So a file that lost its end, or a byte, is told from a whole one, and what is whole can be kept. */
import { Fingerprint } from '../base/hash.ts';
import type { Journal, JournalEntry, JournalInput } from './journal.ts';

export class JournalError extends Error {
  constructor(
    /** truncated: the end is missing; corrupt: what is there is wrong; foreign: another engine build wrote it. */
    readonly kind: 'truncated' | 'corrupt' | 'foreign',
    message: string,
    /** The part that is whole, or the whole journal where it is foreign. */
    readonly salvaged?: Journal,
  ) {
    super(message);
    this.name = 'JournalError';
  }
}

export function writeJournal(journal: Journal): string {
  const lines = [JSON.stringify({ format: 1, engine: journal.engine, profile: journal.profile })];
  for (const entry of journal.entries) lines.push(JSON.stringify(entry));
  const sum = sumOf(lines);
  lines.push(JSON.stringify({ end: journal.endMicros, entries: journal.entries.length, sum, ...(journal.hash !== undefined && { hash: journal.hash }) }));
  return `${lines.join('\n')}\n`;
}

/** `engine`: the build that would play it; without it any build's journal is read. */
export function parseJournal(text: string, engine?: string): Journal {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new JournalError('corrupt', 'The journal is empty.');
  const header = readHeader(lines[0] as string, lines.length === 1);
  const entries: JournalEntry[] = [];
  const salvage = (): Journal => ({ ...header, entries, endMicros: entries.at(-1)?.at ?? 0 });
  for (let i = 1; i < lines.length; i += 1) {
    const last = i === lines.length - 1;
    const value = parse(lines[i] as string);
    if (value === undefined) {
      if (last) throw new JournalError('truncated', `The journal breaks off in line ${i + 1}.`, salvage());
      throw new JournalError('corrupt', `Line ${i + 1} of the journal is not JSON.`, salvage());
    }
    if (last && 'end' in value) return readEnd(value, lines, salvage(), engine);
    const wrong = wrongEntry(value, entries.at(-1)?.at ?? 0);
    if (wrong !== undefined) throw new JournalError('corrupt', `Line ${i + 1} of the journal: ${wrong}.`, salvage());
    entries.push(value as unknown as JournalEntry);
  }
  throw new JournalError('truncated', `The journal breaks off after ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}.`, salvage());
}

type Header = Pick<Journal, 'format' | 'engine' | 'profile'>;

function readHeader(line: string, alone: boolean): Header {
  const value = parse(line);
  if (value === undefined) {
    const begins = line.startsWith('{"format":');
    throw new JournalError(alone && begins ? 'truncated' : 'corrupt', alone && begins ? 'The journal breaks off in line 1.' : 'This is not a journal: its first line is not a header.');
  }
  const { format, engine, profile } = value;
  if (typeof format !== 'number' || typeof engine !== 'string' || typeof profile !== 'object' || profile === null) {
    throw new JournalError('corrupt', 'This is not a journal: its first line is not a header.');
  }
  if (format !== 1) throw new JournalError('foreign', `The journal has format ${format}; this build reads format 1.`);
  return { format: 1, engine, profile };
}

function readEnd(value: Record<string, unknown>, lines: readonly string[], journal: Journal, engine: string | undefined): Journal {
  const { end, entries, sum, hash } = value;
  if (entries !== journal.entries.length || sum !== sumOf(lines.slice(0, -1))) {
    throw new JournalError('corrupt', 'The journal was changed: its entries do not add up to the sum in its last line.', journal);
  }
  if (typeof end !== 'number' || !Number.isSafeInteger(end) || end < journal.endMicros) throw new JournalError('corrupt', 'The journal ends before its last entry.', journal);
  const whole: Journal = { ...journal, endMicros: end, ...(typeof hash === 'string' && { hash }) };
  if (engine !== undefined && journal.engine !== engine) {
    throw new JournalError('foreign', `The journal was written by engine build ${journal.engine}; this is build ${engine}.`, whole);
  }
  return whole;
}

function wrongEntry(value: Record<string, unknown>, notBefore: number): string | undefined {
  const { at, input } = value;
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) return 'the time is not a whole number of microseconds';
  if (at < notBefore) return 'the time runs backwards';
  if (typeof input !== 'object' || input === null) return 'there is no input';
  const { type, ...fields } = input as Record<string, unknown>;
  const shape = typeof type === 'string' && Object.hasOwn(INPUTS, type) ? INPUTS[type as JournalInput['type']] : undefined;
  if (!shape) return 'the input is of no known type';
  for (const [field, right] of Object.entries(shape)) if (!right(fields[field])) return `the field ${field} is wrong`;
  return undefined;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isText);

const INPUTS = {
  message: { to: isText, body: isRecord },
  start: { machine: isText, kind: isText },
  drop: { machine: isText },
  link: { between: isPair, change: isRecord },
} as const satisfies Record<JournalInput['type'], Record<string, (value: unknown) => boolean>>;

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(lines: readonly string[]): string {
  const fingerprint = new Fingerprint();
  for (const line of lines) fingerprint.add(line);
  return fingerprint.text();
}
