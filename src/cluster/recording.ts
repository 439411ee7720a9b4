/** What a sandbox must remember of history from its first event on, also when a journal is played: the trace, and what each
 *  terminal showed, so that a reload finds its terminals as they were. */
import type { JournalEntry } from '../sim/journal.ts';
import type { Simulation } from '../sim/simulation.ts';
import { outputChannel, SHELL_CHANNEL } from '../shell/protocol.ts';
import type { ShellInput, ShellOutput } from '../shell/protocol.ts';
import { SHELL } from './profile.ts';
import { createTraceStore } from './trace-store.ts';
import type { TraceStore } from './trace-store.ts';

/** A command that was entered, an answer of the editor, or an output, in their order. */
export type SessionEvent =
  | { readonly type: 'input'; readonly input: Extract<ShellInput, { readonly k: 'line' | 'edited' }> }
  | { readonly type: 'output'; readonly output: ShellOutput; readonly at: number };

export interface Recording {
  readonly trace: TraceStore;
  /** undefined: no such terminal was ever opened. */
  events(session: string): readonly SessionEvent[] | undefined;
  readonly sessions: readonly string[];
}

/** Per terminal; what is older has scrolled away. */
const EVENTS_MAX = 4000;
const TEXT_MAX = 1024 * 1024;
const PREFIX = outputChannel('');

/** The input to the learner's host that a journal entry holds. */
export function shellInputOf({ input }: JournalEntry): ShellInput | undefined {
  if (input.type !== 'message' || input.to !== SHELL) return undefined;
  const { c, b } = input.body as { readonly c?: unknown; readonly b?: unknown };
  return c === SHELL_CHANNEL ? (b as ShellInput) : undefined;
}

const textOf = (event: SessionEvent): number => (event.type === 'output' && 'text' in event.output ? event.output.text.length : 0);

export function record(simulation: Simulation): Recording {
  const trace = createTraceStore();
  const sessions = new Map<string, SessionEvent[]>();
  /** How much text of a terminal is kept. */
  const sizes = new Map<string, number>();
  const add = (session: string, event: SessionEvent): void => {
    const events = sessions.get(session);
    if (!events) return;
    events.push(event);
    let size = (sizes.get(session) ?? 0) + textOf(event);
    if (events.length > EVENTS_MAX * 1.5 || size > TEXT_MAX * 1.5) {
      let drop = 0;
      while (drop < events.length - 1 && (events.length - drop > EVENTS_MAX || size > TEXT_MAX)) {
        size -= textOf(events[drop]!);
        drop += 1;
      }
      events.splice(0, drop);
    }
    sizes.set(session, size);
  };
  simulation.onTrace((records) => trace.add(records));
  simulation.onEntry((entry) => {
    const input = shellInputOf(entry);
    if (input?.k === 'open' && !sessions.has(input.session)) sessions.set(input.session, []);
    else if (input?.k === 'close') sessions.delete(input.session);
    else if (input?.k === 'line' || input?.k === 'edited') add(input.session, { type: 'input', input });
  });
  simulation.onOutput(({ machine, channel, body, at }) => {
    if (machine === SHELL && channel.startsWith(PREFIX)) add(channel.slice(PREFIX.length), { type: 'output', output: body as ShellOutput, at });
  });
  return { trace, events: (session) => sessions.get(session), get sessions() { return [...sessions.keys()]; } };
}
