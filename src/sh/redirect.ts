/** > >> < <> >& <& &> <<< << : what a command's descriptors become. */
import { FileError } from '../cri/files.ts';
import type { OutputStream, Process } from '../cri/process.ts';
import { bytesInput, EMPTY_INPUT } from '../cri/streams.ts';
import { absolute, openInput, openOutput } from '../cri/open.ts';
import { expandPart, expandText } from './expand.ts';
import type { Expander } from './expand.ts';
import { shareInput } from './lines.ts';
import type { SharedInput } from './lines.ts';
import type { HereDoc, Redirection } from './parse.ts';

export interface Descriptor { readonly input?: SharedInput; readonly output?: OutputStream }
export type Descriptors = Record<number, Descriptor | undefined>;

interface Redirecting extends Expander {
  readonly process: Process;
  readonly io: Descriptors;
  complain(message: string): Promise<void>;
}

/** The new descriptors; undefined: it failed and has said so. Streams that end with the command go to `opened`. */
export async function redirect(shell: Redirecting, redirects: readonly Redirection[], opened: { close(): void }[]): Promise<Descriptors | undefined> {
  const io: Descriptors = { ...shell.io };
  for (const item of redirects) {
    const fd = item.descriptor?.type === 'FileDescriptor' ? item.descriptor.value : undefined;
    if (item.type === 'HereDoc') { io[fd ?? 0] = { input: shareInput(bytesInput(await hereText(shell, item))) }; continue; }
    const target = await expandText(shell, item.target);
    if (item.type === 'HereString') { io[fd ?? 0] = { input: shareInput(bytesInput(`${target}\n`)) }; continue; }
    const problem = open(shell, io, item.operator, fd, target, opened);
    if (problem === undefined) continue;
    await shell.complain(problem);
    return undefined;
  }
  return io;
}

async function hereText(shell: Expander, item: HereDoc): Promise<string> {
  const strip = item.operator === '<<-';
  const tabs = (text: string, first: boolean): string => strip ? text.replace(first ? /(^|\n)\t+/g : /(\n)\t+/g, '$1') : text;
  if (item.body.parts === undefined) return tabs(item.delimiter?.quoted === true ? item.body.text : item.body.text.replace(/\\([\\$`\n])/g, (_, char: string) => char === '\n' ? '' : char), true);
  let out = '';
  for (const [index, part] of item.body.parts.entries()) {
    if (part.type === 'Literal') out += tabs(part.value, index === 0);
    else for (const piece of await expandPart(shell, part, true)) out += piece.text;
  }
  return out;
}

function open(shell: Redirecting, io: Descriptors, operator: string, fd: number | undefined, target: string, opened: { close(): void }[]): string | undefined {
  // Opening goes through the descriptors of this moment: "2>&1 >/dev/stdout".
  const process = { ...processView(shell.process, io) };
  try {
    switch (operator) {
      case '<': case '<>': io[fd ?? 0] = { input: shareInput(openInput(process, target)) }; return undefined;
      case '>&': case '<&': {
        const from = fd ?? (operator === '>&' ? 1 : 0);
        if (target === '-') { io[from] = undefined; return undefined; }
        if (/^[0-9]+-?$/.test(target)) return duplicate(io, from, Number(target.replace('-', '')), target);
        const output = openOutput(process, target, false);
        opened.push(output);
        io[1] = { output };
        io[2] = { output };
        return undefined;
      }
      case '&>': case '&>>': {
        const output = openOutput(process, target, operator === '&>>');
        opened.push(output);
        io[1] = { output };
        io[2] = { output };
        return undefined;
      }
      default: {
        if (operator === '>' && shell.state.options.has('noclobber') && isFile(shell, target)) {
          return `${target}: cannot overwrite existing file`;
        }
        const output = openOutput(process, target, operator === '>>');
        opened.push(output);
        io[fd ?? 1] = { output };
        return undefined;
      }
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return openFailure(shell, target, operator, error);
  }
}

function processView(process: Process, io: Descriptors): Parameters<typeof openOutput>[0] {
  return {
    files: process.files, cwd: process.cwd, random: process.random,
    stdin: io[0]?.input ?? EMPTY_INPUT, stdout: io[1]?.output ?? process.stdout, stderr: io[2]?.output ?? process.stderr,
  };
}

function duplicate(io: Descriptors, to: number, from: number, text: string): string | undefined {
  const source = io[from];
  if (source === undefined) return `${text}: Bad file descriptor`;
  io[to] = source;
  return undefined;
}

function isFile(shell: Redirecting, target: string): boolean {
  try { return shell.files.stat(absolute(shell.process, target)).type === 'file'; } catch { return false; }
}

function openFailure(shell: Redirecting, target: string, operator: string, error: FileError): string {
  if (shell.state.kind === 'bash') return `${target}: ${error.message}`;
  const reading = operator === '<' || operator === '<>';
  const words = error.code === 'ENOENT' ? (reading ? 'No such file' : shell.state.kind === 'dash' ? 'Directory nonexistent' : 'nonexistent directory') : error.message;
  if (shell.state.kind === 'dash') return `cannot ${reading ? 'open' : 'create'} ${target}: ${words}`;
  return `can't ${reading ? 'open' : 'create'} ${target}: ${reading && error.code === 'ENOENT' ? 'no such file' : words}`;
}
