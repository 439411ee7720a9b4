/** Opens the cluster of this page, in workers. */
import { nodeWorkers, openInWorkers } from '../sandbox/page-workers.ts';
import type { Opening } from '../sandbox/page-workers.ts';
import type { OpenSandboxOptions, Sandbox } from '../sandbox/sandbox.ts';

const start = (name: string): Worker => new Worker(new URL('../../workers/engine.ts', import.meta.url), { type: 'module', name });

export const openSandbox = (options: OpenSandboxOptions, opening: Opening = {}): Promise<Sandbox> =>
  openInWorkers(
    { engine: () => start('engine'), host: start },
    options,
    nodeWorkers(options.profile.nodes, navigator.hardwareConcurrency),
    opening,
  );
