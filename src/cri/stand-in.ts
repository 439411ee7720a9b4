/** Where an image is not known, its own program is not there either: what a Pod starts or checks by it. Pure. */
import type { Image } from './process.ts';
import type { ExecSession } from './runtime.ts';

const SHELLS: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash']);
/** Words that a shell knows without a file. */
const SHELL_WORDS: ReadonlySet<string> = new Set([
  ...['if', 'while', 'until', 'for', 'case', 'select', 'function', 'time', '{', '(', '!', '[[', '[', '.', ':'],
  ...['cd', 'command', 'declare', 'echo', 'eval', 'exit', 'export', 'false', 'let', 'local', 'printf', 'pwd', 'read', 'readonly', 'return'],
  ...['set', 'shift', 'source', 'test', 'trap', 'true', 'type', 'ulimit', 'umask', 'unset', 'wait'],
]);

/** What a shell does not know and has no file for. */
export const NOT_FOUND = 127;

/** The program that a command line starts through a shell: "start-tea" of `sh -c "start-tea --hot"`. */
export function startedByShell(argv: readonly string[]): string | undefined {
  const [shell = ''] = argv;
  if (!SHELLS.has(shell.slice(shell.lastIndexOf('/') + 1))) return undefined;
  const at = argv.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word));
  const words = at < 0 ? [] : (argv[at + 1] ?? '').trim().split(/\s+/);
  const first = words[0] === 'exec' ? words[1] : words[0];
  return first !== undefined && /^[\w./-]+$/.test(first) && !SHELL_WORDS.has(first) ? first : undefined;
}

/** As `find`, but a shell that is to start what is not there is missing too: the stand-in takes its place. */
export function findMain<Found extends object>(find: (name: string) => Found, image: Image, argv: readonly string[]): Found {
  const found = find(argv[0] ?? '');
  const inner = image.isStandIn === true && !('missing' in found) ? startedByShell(argv) : undefined;
  if (inner === undefined) return found;
  const program = find(inner);
  return 'missing' in program ? program : found;
}

/** A check by a program that only the real image has. */
export const HEALTHY: ExecSession = { exit: () => Promise.resolve(0), resize() {}, kill() {} };
