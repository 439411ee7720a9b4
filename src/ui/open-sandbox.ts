/** Opens the cluster of this page, in workers. */
import { nodeWorkers, openInWorkers } from '../sandbox/page-workers.ts';
import type { OpenSandbox } from '../sandbox/sandbox.ts';

const start = (name: string): Worker => new Worker(new URL('../../workers/engine.ts', import.meta.url), { type: 'module', name });

export const openSandbox: OpenSandbox = (options) =>
  openInWorkers({ engine: () => start('engine'), host: start }, options, nodeWorkers(options.profile.nodes, navigator.hardwareConcurrency));
