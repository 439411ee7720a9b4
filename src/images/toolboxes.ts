/** The bases, made once. Apart from the catalogue, because the learner's machine needs no images. Values only. */
import { createToolboxes } from './bases.ts';

export const TOOLBOXES = createToolboxes();

/** The files and tools of the learner's own machine: everything there is. */
export const hostToolbox: (typeof TOOLBOXES)['host'] = TOOLBOXES.host;
