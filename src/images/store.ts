/** The catalogue as the container runtime sees it. Values only: nothing in here changes. */
import type { ImageStore } from '../cri/image-store.ts';
import type { Catalogued } from './catalogued.ts';
import { IMAGES } from './index.ts';
import { resolveImage } from './registry.ts';
import { TOOLBOXES } from './toolboxes.ts';

const BY_NAME: ReadonlyMap<string, Catalogued> = new Map(IMAGES.flatMap(image => image.names.map(name => [name, image] as const)));

export const imageStore: ImageStore = {
  resolve: reference => resolveImage(reference, BY_NAME),
  toolbox: kind => TOOLBOXES[kind],
};
