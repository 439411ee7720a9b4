/** Plays one page of the corpus in a fresh cluster, in virtual time, as a person would who types what it says. */
import { openCluster } from '../../cluster/open.ts';
import { makeProfile } from '../../cluster/profile.ts';
import type { CommandResult, RunOptions, Sandbox, Session } from '../../sandbox/sandbox.ts';
import type { Page, RecordedCommand } from './entries.ts';
import { isEndless, isInteractive } from './endless.ts';
import type { CommandOutcome, PageOutcome, ScriptOutcome } from './outcome.ts';
import { sameShape } from './shape.ts';
import { subcommandOf } from './subcommand.ts';
import { judge, uncounted } from './verdict.ts';

export interface PlayOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly withoutHelm: boolean;
  /** Virtual seconds between one command and the next. */
  readonly pauseSeconds: number;
  /** Hears each command before it starts. */
  readonly onCommand?: (index: number) => void;
  readonly onOutcome?: (outcome: CommandOutcome) => void;
}

const ENDLESS_MICROS = 60e6;
const LIMIT_MICROS = 600e6;
const SCRIPT_LIMIT_MICROS = 1800e6;
const NODES = 3;
/** A cluster is fresh when it has come up: its add-ons run, and have been measured once. */
const COMING_UP_SECONDS = 120;
const KEPT_OUTPUT = 4000;

/** Where a command's own word for a file is found by it: below the home directory, or among the sandbox's pages. */
export function placeOf(arg: string): string {
  return arg
    .replace(/^https?:\/\//, '')
    .replace(/[?#].*$/, '')
    .replace(/^(~|\$HOME)\//, '')
    .split('/')
    .filter((part) => part !== '.' && part !== '')
    .join('/');
}

export async function playPage(page: Page, options: PlayOptions): Promise<PageOutcome> {
  const started = Date.now();
  const files = Object.fromEntries(Object.entries(options.files).map(([arg, text]) => [placeOf(arg), text]));
  const sandbox = await openCluster({ profile: { ...makeProfile({ nodes: NODES }), files }, playing: false, speed: Infinity });
  try {
    const player = await createPlayer(sandbox);
    await player.rest(COMING_UP_SECONDS);
    const setup = page.setup === undefined ? undefined : await player.script('setup', page.setup);
    const commands: CommandOutcome[] = [];
    for (const [index, row] of page.commands.entries()) {
      if (row.where !== 'host') continue;
      options.onCommand?.(index);
      if (index > 0) await player.rest(options.pauseSeconds);
      await player.place(row, options.files);
      const outcome = await player.play(row, typedAfter(page.commands, index), options.withoutHelm);
      commands.push(outcome);
      options.onOutcome?.(outcome);
    }
    const verify = page.verify === undefined ? undefined : await player.script('verify', page.verify);
    return {
      source: page.source,
      page: page.path,
      commands,
      ...(setup && { setup }),
      ...(verify && { verify }),
      wallMs: Date.now() - started,
    };
  } finally {
    await sandbox.close();
  }
}

/** The lines inside a Pod that follow an interactive command. */
export function typedAfter(rows: readonly RecordedCommand[], index: number): string | undefined {
  if (!isInteractive(rows[index]?.command ?? '')) return undefined;
  const lines: string[] = [];
  for (const row of rows.slice(index + 1)) {
    if (row.where !== 'pod') break;
    lines.push(`${row.command}\n`);
  }
  return lines.join('');
}

interface Player {
  play(row: RecordedCommand, typed: string | undefined, withoutHelm: boolean): Promise<CommandOutcome>;
  script(name: string, text: string): Promise<ScriptOutcome>;
  place(row: RecordedCommand, files: Readonly<Record<string, string>>): Promise<void>;
  rest(seconds: number): Promise<void>;
}

async function createPlayer(sandbox: Sandbox): Promise<Player> {
  const crashes: string[] = [];
  sandbox.onError(({ detail }) => crashes.push(detail));
  let terminal = await openTerminal(sandbox);
  let moved = false;

  /** A terminal that was left, or in which a program does not listen, gives way to a new one. */
  async function run(line: string, options: RunOptions): Promise<CommandResult> {
    const startedAtMicros = sandbox.time.state.nowMicros;
    let result: CommandResult;
    try {
      result = await terminal.session.run(line, options);
      if (!terminal.closed()) return result;
    } catch (error) {
      const stderr = `error: ${error instanceof Error ? error.message : String(error)}\n`;
      result = {
        command: line,
        exitCode: 130,
        stdout: '',
        stderr,
        output: stderr,
        startedAtMicros,
        endedAtMicros: sandbox.time.state.nowMicros,
        interrupted: true,
      };
    }
    terminal = await openTerminal(sandbox);
    return result;
  }

  return {
    async play(row, typed, withoutHelm) {
      crashes.length = 0;
      if (/(^|[;&\s])(cd|pushd)\s/.test(row.command)) moved = true;
      const endless = isEndless(row.command) || (typed ?? '').split('\n').some((line) => isEndless(line));
      const result = await run(row.command, {
        limitMicros: endless ? ENDLESS_MICROS : LIMIT_MICROS,
        ...(typed !== undefined && { typed: partsOf(typed) }),
      });
      return outcomeOf(row, result, endless, crashes, withoutHelm);
    },
    async script(name, text) {
      const path = `.scenario/${name}.sh`;
      await sandbox.files.write(path, text);
      const { exitCode, stdout, stderr } = await run(`bash ~/${path}`, { limitMicros: SCRIPT_LIMIT_MICROS });
      return { exitCode, said: cut(`${stdout}${stderr}`) };
    },
    /** Files stand in the working directory, which `cd` moves. */
    async place(row, files) {
      if (!moved || row.refs.length === 0) return;
      const where = (await run('pwd', { limitMicros: LIMIT_MICROS })).stdout.trim();
      const below = /^\/root\/(.+)$/.exec(where)?.[1];
      if (below === undefined) return;
      const there = new Set((await sandbox.files.list()).map(({ path }) => path));
      for (const { arg } of row.refs) {
        const text = files[arg];
        const path = `${below}/${placeOf(arg)}`;
        if (text !== undefined && !/^(~|\$|https?:)/.test(arg) && !arg.includes('..') && !there.has(path))
          await sandbox.files.write(path, text);
      }
    },
    async rest(seconds) {
      if (seconds > 0) await sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + seconds * 1e6 });
    },
  };
}

/** What is typed, cut after each line that needs a Ctrl-C before the next. */
export function partsOf(typed: string): readonly string[] {
  const parts = [''];
  for (const line of typed.split(/(?<=\n)/)) {
    parts[parts.length - 1] += line;
    if (isEndless(line)) parts.push('');
  }
  return parts;
}

async function openTerminal(sandbox: Sandbox): Promise<{ readonly session: Session; readonly closed: () => boolean }> {
  const session = await sandbox.shell();
  let ended = false;
  session.onOutput((text) => {
    ended ||= text.includes('[session ended]');
  });
  return { session, closed: () => ended };
}

function outcomeOf(
  row: RecordedCommand,
  result: CommandResult,
  endless: boolean,
  crashes: readonly string[],
  withoutHelm: boolean,
): CommandOutcome {
  const { exitCode, stdout, stderr, startedAtMicros, endedAtMicros } = result;
  const { works, cause } = judge(row.expectExit, endless, { exitCode, stdout, stderr, interrupted: result.interrupted ?? false, crashes });
  const reason = uncounted(row, withoutHelm);
  const subcommand = subcommandOf(row.command);
  const expected = row.expectedOutput;
  return {
    order: row.order,
    command: row.command,
    category: row.category,
    works,
    exitCode,
    stdout: cut(stdout),
    stderr: cut(stderr),
    virtualMs: Math.round((endedAtMicros - startedAtMicros) / 1000),
    ...(cause !== undefined && { cause }),
    ...(subcommand !== undefined && { subcommand }),
    ...(reason !== undefined && { uncounted: reason }),
    ...(works && expected !== undefined && { matches: isAsRecorded(result, expected), expected: cut(expected) }),
  };
}

/** A page shows all that a terminal shows, or the output without the warnings beside it. */
const isAsRecorded = ({ output, stdout }: CommandResult, expected: string): boolean =>
  sameShape(output, expected) || sameShape(stdout, expected);

const cut = (text: string): string => (text.length > KEPT_OUTPUT ? `${text.slice(0, KEPT_OUTPUT)}\n[cut]` : text);
