/** An image of the catalogue: what the runtime needs, and what depends on the tag. */
import type { Image } from '../cri/process.ts';

export interface Catalogued extends Image {
  /** What is different under this tag: the version in an environment variable, another base. */
  readonly forTag?: (tag: string) => Partial<Image>;
}

export const MB = 1_000_000;
