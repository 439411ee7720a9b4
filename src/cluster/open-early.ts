/** Opens a new cluster for a person: the learner's host is there at once, with a prompt that can be typed at, and the nodes
 *  are loaded and booted behind it. What is asked of the cluster before it is up waits for it. */
import type { Profile, Sandbox } from '../sandbox/sandbox.ts';
import type { JournalInput } from '../sim/journal.ts';
import type { Simulation } from '../sim/simulation.ts';
import { LocalSandbox } from './local-sandbox.ts';
import { firstEntries } from './machines.ts';
import { boot, moveWhenReady, openRecorded } from './open.ts';
import type { OpenOptions } from './open.ts';
import { SHELL } from './profile.ts';
import { shellInputOf } from './recording.ts';

/** A page that opens no terminal gets its cluster nevertheless. */
const TERMINAL_MS = 1000;
/** The page paints its prompt meanwhile. */
const PAINT_MS = 50;

export async function openEarly(options: OpenOptions): Promise<Sandbox> {
  const { profile } = options;
  const first = firstEntries(profile);
  const isShell = ({ input }: { readonly input: JournalInput }): boolean => input.type === 'start' && input.machine === SHELL;
  const { simulation, recording } = await openRecorded({ ...options, journal: first.filter(isShell) });
  const up = bootBehind(simulation, profile, first.filter((entry) => !isShell(entry)).map(({ input }) => input));
  const sandbox = new LocalSandbox({
    profile, simulation: waiting(simulation, up), recording, playing: options.playing ?? false, speed: options.speed ?? 1,
    reopen: ({ entries, untilMicros }) => openRecorded({ profile, journal: entries, untilMicros }),
  });
  if (options.moveTo) void moveAfter(up, simulation, options.moveTo);
  return sandbox;
}

/** First the prompt, then the nodes: their software is most of what a first visit loads. */
async function bootBehind(simulation: Simulation, profile: Profile, starts: readonly JournalInput[]): Promise<void> {
  await terminalOpened(simulation);
  for (const input of starts) await simulation.apply(input);
  await boot(simulation, profile);
}

function terminalOpened(simulation: Simulation): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(), TERMINAL_MS);
    const listening = simulation.onOutput(({ machine }) => {
      if (machine !== SHELL) return;
      clearTimeout(late);
      listening[Symbol.dispose]();
      setTimeout(resolve, PAINT_MS);
    });
  });
}

async function moveAfter(up: Promise<void>, simulation: Simulation, placement: NonNullable<OpenOptions['moveTo']>): Promise<void> {
  await up;
  await moveWhenReady(simulation, placement);
}

const WAITING = ['runThrough', 'observe', 'save', 'digests', 'hash', 'fork'] as const;

/** The simulation as it is used meanwhile: terminals open at once, everything else comes after the boot. */
function waiting(simulation: Simulation, up: Promise<void>): Simulation {
  const late = new Map<string | symbol, unknown>(WAITING.map((name) => [name, async (...args: never[]) => {
    await up;
    return (simulation[name] as (...args: never[]) => unknown)(...args);
  }]));
  late.set('apply', async (input: JournalInput) => {
    const shell = shellInputOf({ at: 0, input });
    if (shell?.k !== 'open' && shell?.k !== 'resize') await up;
    return simulation.apply(input);
  });
  return new Proxy(simulation, {
    get(target, name) {
      if (late.has(name)) return late.get(name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
