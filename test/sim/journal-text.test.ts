import { describe, expect, it } from 'vitest';
import { JournalError, parseJournal, writeJournal } from '../../src/sim/journal-text.ts';
import type { Journal } from '../../src/sim/journal.ts';
import { journal } from './layouts.ts';

const whole: Journal = { format: 1, engine: 'abc', profile: { seed: 's' }, entries: journal(), endMicros: 60_000_000, hash: 'f00' };
const text = writeJournal(whole);
const lines = text.trimEnd().split('\n');

function fail(broken: string, engine?: string): JournalError {
  try {
    parseJournal(broken, engine);
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error('it parsed');
}

describe('the text of a journal', () => {
  it('comes back whole', () => {
    expect(parseJournal(text, 'abc')).toEqual(whole);
    expect(parseJournal(text)).toEqual(whole);
  });

  it('says what is wrong and keeps what is whole', () => {
    expect(fail('')).toMatchObject({ kind: 'corrupt', message: 'The journal is empty.' });
    expect(fail('garbage')).toMatchObject({ kind: 'corrupt', message: 'This is not a journal: its first line is not a header.' });
    expect(fail('{"a":1}')).toMatchObject({ kind: 'corrupt' });
    expect(fail(text.slice(0, 20))).toMatchObject({ kind: 'truncated', message: 'The journal breaks off in line 1.' });
    expect(fail('{"format":2,"engine":"x","profile":{}}\n')).toMatchObject({ kind: 'foreign' });
    expect(fail(text, 'other')).toMatchObject({ kind: 'foreign', message: 'The journal was written by engine build abc; this is build other.', salvaged: whole });
    const cut = fail(lines.slice(0, 6).join('\n'));
    expect(cut).toMatchObject({ kind: 'truncated', message: 'The journal breaks off after 5 entries.' });
    expect(cut.salvaged?.entries).toEqual(whole.entries.slice(0, 5));
    expect(fail(text.slice(0, text.indexOf('"web"') + 3))).toMatchObject({ kind: 'truncated', message: 'The journal breaks off in line 7.' });
    expect(fail(text.replace('"web"', '"wob"'))).toMatchObject({ kind: 'corrupt', message: 'The journal was changed: its entries do not add up to the sum in its last line.' });
    expect(fail(text.replace(lines[3] as string, '{"at'))).toMatchObject({ kind: 'corrupt', message: 'Line 4 of the journal is not JSON.' });
    expect(fail(text.replace(lines[3] as string, '{"at":-1,"input":{}}'))).toMatchObject({ kind: 'corrupt', message: 'Line 4 of the journal: the time is not a whole number of microseconds.' });
    expect(fail(text.replace('"type":"drop"', '"type":"drip"'))).toMatchObject({ message: expect.stringMatching('the input is of no known type') });
  });

  it('is refused at every length but the whole one, and never with another error', () => {
    for (let length = 0; length < text.length - 1; length += 7) expect(fail(text.slice(0, length))).toBeInstanceOf(JournalError);
  });
});
