/** What a runtime needs to know about images: which there are, what a registry answers for the others, and the files
 *  and tools of the bases they are built on. images/ keeps it. */
import type { ImageReference } from './image-reference.ts';
import type { Layer } from './memory-files.ts';
import type { Image, Program } from './process.ts';

export interface ImageStore {
  /** What the registry of the reference answers. */
  resolve(reference: ImageReference): RegistryAnswer;
  toolbox(kind: Image['toolbox']): Toolbox;
}

export type RegistryAnswer =
  | { readonly type: 'image'; readonly image: Image; readonly note?: string }
  /** `denied`: no such repository; `not-found`: no such tag; `no-host`: no such registry. */
  | { readonly type: 'denied' | 'not-found' | 'no-host' };

/** The files of a base image and its programs by absolute path. */
export interface Toolbox {
  readonly layer: Layer;
  programAt(path: string): Program | undefined;
  readonly env: Readonly<Record<string, string>>;
}
