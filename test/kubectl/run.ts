/** Runs kubectl command lines of a test: words as a shell would have split them, files in memory, output as text. */
import type { Transport } from '../../src/api/transport.ts';
import { createMemoryFiles } from '../../src/cri/memory-files.ts';
import { bytesInput, collectOutput } from '../../src/cri/streams.ts';
import type { KubectlIo } from '../../src/kubectl/io.ts';
import { createKubectl } from '../../src/kubectl/kubectl.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import type { LoneWorld } from '../../src/sim/lone-world.ts';

export interface Result { readonly code: number; readonly stdout: string; readonly stderr: string }

export interface Runner {
  readonly lone: LoneWorld;
  readonly files: ReturnType<typeof createMemoryFiles>;
  /** "kubectl" is left out; a word in quotes is one word. */
  run(line: string | readonly string[], options?: { readonly stdin?: string; readonly edit?: KubectlIo['edit']; readonly limitMs?: number; readonly signal?: AbortSignal }): Promise<Result>;
}

export function createRunner(transport: Transport, options: { readonly startAtMs?: number; readonly lone?: LoneWorld; readonly tty?: boolean; readonly env?: Readonly<Record<string, string>>; /** Both outputs as one text, in the order in which they were written: it is `stdout`. */ readonly joined?: boolean } = {}): Runner {
  const lone = options.lone ?? loneWorld(options.startAtMs === undefined ? {} : { startAtMs: options.startAtMs });
  const files = createMemoryFiles({ now: () => lone.world.clock.now() });
  files.makeDirectory('/root', { recursive: true });
  const kubectl = createKubectl({ transport });
  return {
    lone, files,
    run: async (line, { stdin = '', edit, limitMs = 120_000, signal } = {}) => {
      const stdout = collectOutput();
      const stderr = options.joined === true ? stdout : collectOutput();
      const code = await lone.drive(kubectl.run(typeof line === 'string' ? words(line) : line, {
        world: lone.world, clock: lone.world.clock, signal: signal ?? new AbortController().signal, stdin: bytesInput(stdin), stdout, stderr, files,
        env: new Map(Object.entries({ HOME: '/root', ...options.env })), cwd: '/root', ...(edit !== undefined && { edit }), ...(options.tty === true && { tty: { columns: 80, rows: 24 } }),
      }), limitMs);
      return { code, stdout: stdout.text(), stderr: options.joined === true ? '' : stderr.text() };
    },
  };
}

export function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map((m) => m[0].replace(/'([^']*)'|"([^"]*)"/g, (_, a: string | undefined, b: string | undefined) => a ?? b ?? ''));
}
