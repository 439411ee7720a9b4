/** All that runs on nodes, to be loaded as one piece. */
export { buildControlPlane } from './control-plane-machine.ts';
export { buildNode } from './node-machine.ts';
