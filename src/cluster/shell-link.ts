/** The sandbox's end of the channel to the learner's host: inputs become journal entries, questions are observations. */
import { disposable } from '../base/dispose.ts';
import type { LearnerFiles } from '../sandbox/sandbox.ts';
import { SHELL_CHANNEL } from '../shell/protocol.ts';
import type { ShellAnswer, ShellInput, ShellQuestion } from '../shell/protocol.ts';
import type { Simulation } from '../sim/simulation.ts';
import { OUTSIDE, toChannel } from '../transport/mux.ts';
import type { OutsideMessage } from '../transport/mux.ts';
import { SHELL } from './profile.ts';

export interface ShellLink {
  send(input: ShellInput): Promise<void>;
  complete(session: string, line: string, cursor: number): Promise<{ readonly start: number; readonly words: readonly string[] }>;
  readonly files: LearnerFiles;
}

const OBSERVER = '@shell-link';
const FILE_MAX = 1024 * 1024;

/** Without the number that pairs it with its answer. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

export function createShellLink(simulation: Simulation, onError: (error: unknown) => void): ShellLink {
  const waiting = new Map<number, (answer: ShellAnswer) => void>();
  const changed = new Set<() => void>();
  let count = 0;

  simulation.onOutput(({ machine, channel, body }) => {
    if (machine !== SHELL || channel !== OUTSIDE) return;
    const message = body as OutsideMessage;
    if (message.to !== OBSERVER || message.channel !== SHELL_CHANNEL) return;
    const answer = message.body as ShellAnswer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });

  async function send(input: ShellInput): Promise<void> {
    try {
      await simulation.apply({ type: 'message', to: SHELL, body: toChannel(SHELL_CHANNEL, input) });
    } catch (error) {
      onError(error);
    }
  }

  function ask(question: Unnumbered<ShellQuestion>): Promise<ShellAnswer> {
    count += 1;
    const id = count;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      simulation.observe(SHELL, OBSERVER, toChannel(SHELL_CHANNEL, { ...question, id })).catch(onError);
    });
  }

  function tellChanged(): void {
    for (const listener of changed) listener();
  }

  const files: LearnerFiles = {
    async list() {
      const answer = await ask({ k: 'list-files' });
      return answer.k === 'files' ? answer.files : [];
    },
    async read(path) {
      const answer = await ask({ k: 'read-file', path });
      if (answer.k !== 'file' || answer.text === undefined) throw new Error(`There is no file ${path}.`);
      return answer.text;
    },
    async write(path, text) {
      if (text.length > FILE_MAX) throw new Error(`A file holds at most ${FILE_MAX / 1024} KiB.`);
      await send({ k: 'write-file', path, text });
      tellChanged();
    },
    async remove(path) {
      await send({ k: 'remove-file', path });
      tellChanged();
    },
    onChange(listener) {
      changed.add(listener);
      return disposable(() => changed.delete(listener));
    },
  };

  return {
    send, files,
    async complete(session, line, cursor) {
      const answer = await ask({ k: 'complete', session, line, cursor });
      return answer.k === 'completions' ? answer : { start: cursor, words: [] };
    },
  };
}
