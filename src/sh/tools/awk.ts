/** awk: record by record, so that it can stand in a pipe that never ends. */
import { FileError } from '../../cri/files.ts';
import { absolute, openInput } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import type { Process } from '../../cri/process.ts';
import { createLineReader } from '../../cri/streams.ts';
import type { LineReader } from '../../cri/streams.ts';
import { Awk } from '../awk-engine.ts';
import { AwkError, parseAwk, unescapeString } from '../awk-parse.ts';
import type { Program } from '../awk-parse.ts';
import { splitText } from '../awk-values.ts';
import { complain } from '../tool.ts';
import type { Tool } from '../tool.ts';

export const awk: Tool = async process => {
  const assignments: [string, string][] = [['FS', ' '], ['OFS', ' '], ['ORS', '\n'], ['RS', '\n'], ['SUBSEP', '\x1c'], ['CONVFMT', '%.6g'], ['OFMT', '%.6g'], ['FILENAME', '']];
  let source: string | undefined;
  const args = process.argv.slice(1);
  while (args[0]?.startsWith('-') === true && args[0].length > 1) {
    const option = args.shift()!;
    if (option === '--') break;
    if (option.startsWith('-F')) assignments.push(['FS', option.length > 2 ? option.slice(2) : args.shift() ?? ' ']);
    else if (option.startsWith('-v')) { const text = option.length > 2 ? option.slice(2) : args.shift() ?? '';
      assignments.push([text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]); }
    else if (option.startsWith('-f')) source = `${source ?? ''}${readText(process.files, absolute(process, option.length > 2 ? option.slice(2) : args.shift() ?? ''))}\n`;
    else if (option === '--version' || option === '-W') { await process.stdout.write('mawk 1.3.4 20240123\n'); return 0; }
    else { await complain(process, `unknown option ${option} ignored`); }
  }
  source ??= args.shift();
  if (source === undefined) { await process.stderr.write("usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n"); return 2; }
  try {
    return await runAwk(process, parseAwk(source), assignments, args);
  } catch (error) {
    if (!(error instanceof AwkError) && !(error instanceof FileError)) throw error;
    await process.stderr.write(`awk: ${error.message}\n`);
    return 2;
  }
};

async function runAwk(process: Process, program: Program, assignments: readonly (readonly [string, string])[], operands: readonly string[]): Promise<number> {
  const queue = [...operands];
  let reader: LineReader | undefined;
  let used = false;
  const open = async (): Promise<boolean> => {
    while (queue.length > 0) {
      const path = queue.shift()!;
      const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(path);
      if (assignment !== null) { engine.setVariable(assignment[1]!, { text: unescapeString(assignment[2]!) }); continue; }
      used = true;
      try {
        reader = createLineReader(path === '-' ? process.stdin : openInput(process, path));
        engine.globals.set('FILENAME', path);
        engine.globals.set('FNR', 0);
        return true;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        await process.stderr.write(`awk: cannot open ${path} (${error.message})\n`);
        engine.exitCode = 2;
      }
    }
    if (used) return false;
    used = true;
    reader = createLineReader(process.stdin);
    return true;
  };
  const readRecord = async (): Promise<string | undefined> => {
    const separator = engine.text(engine.variable('RS'));
    if (separator === '\n') return (await reader!.next())?.text;
    // Another separator: everything there is, cut up.
    const lines: string[] = [];
    for (let line = await reader!.next(); line !== undefined; line = await reader!.next()) lines.push(line.text);
    const text = lines.join('\n');
    const parts = separator === '' ? text.trim().split(/\n\n+/) : separator.length === 1 ? text.split(separator) : splitText(text, separator, pattern => engine.regex(pattern));
    const rest = parts.filter((part, index) => part !== '' || index < parts.length - 1);
    let index = 0;
    reader = { next: async () => { const part = rest[index]; index += 1; return part === undefined ? undefined : { text: part, terminated: true }; }, rest: () => new Uint8Array(0) };
    return (await reader.next())?.text;
  };
  let cut = false;
  const nextRecord = async (): Promise<string | undefined> => {
    for (;;) {
      if (reader === undefined && !await open()) return undefined;
      const record = cut ? (await reader!.next())?.text : await readRecord();
      if (engine.text(engine.variable('RS')) !== '\n') cut = true;
      if (record !== undefined) return record;
      reader = undefined;
      cut = false;
    }
  };
  const engine: Awk = new Awk(process, program, nextRecord);
  for (const [name, text] of assignments) engine.globals.set(name, name === 'FS' && text === 't' ? '\t' : { text: unescapeString(text) });
  engine.globals.set('NR', 0);
  engine.globals.set('FNR', 0);
  engine.globals.set('ENVIRON', new Map([...process.env].map(([key, value]) => [key, { text: value }])));
  engine.globals.set('ARGV', new Map(['awk', ...operands].map((arg, index) => [String(index), { text: arg }])));
  engine.globals.set('ARGC', operands.length + 1);
  return engine.runAll();
}
