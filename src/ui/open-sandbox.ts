/** Opens the cluster of this page, in workers. */
import { nodeWorkers, openInWorkers } from '../sandbox/page-workers.ts';
import type { OpenSandbox } from '../sandbox/sandbox.ts';

export const openSandbox: OpenSandbox = (options) => openInWorkers({
  engine: () => new Worker(new URL('../../workers/engine.ts', import.meta.url), { type: 'module', name: 'engine' }),
  host: (name) => new Worker(new URL('../../workers/host.ts', import.meta.url), { type: 'module', name }),
}, options, nodeWorkers(options.profile.nodes, navigator.hardwareConcurrency));
