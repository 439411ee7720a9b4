/** Web pages that a sandbox carries. Its machine has no internet: `kubectl apply -f https://...` and curl read what was put
 *  into the learner's folder, by host and path, by path, or by a shorter end of the path; then what add-ons publish. */
import type { World } from '../base/world.ts';

/** `folder`: the objects that kustomize would build of a folder of a repository. */
export type PageKind = 'file' | 'folder';

/** What the projects of the add-ons publish. */
export interface Published {
  /** As a refusal names them. */
  readonly names: readonly string[];
  load(): Promise<(url: string, as: PageKind) => string | undefined>;
}

export interface Pages {
  readonly names: readonly string[];
  find(url: string, as: PageKind, world: World): Promise<string | undefined>;
}

/** The learner's own files win. */
export function pagesOf(files: Readonly<Record<string, string>>, { names, load }: Published): Pages {
  return {
    names,
    async find(url, as, world) {
      const own = as === 'file' ? pageAmong(files, url) : undefined;
      return own ?? (await world.external(load()))(url, as);
    },
  };
}

/** "https://k8s.io/examples/pods/a.yaml" is k8s.io/examples/pods/a.yaml, examples/pods/a.yaml or pods/a.yaml. A bare
 *  file name is too little to go by, unless the address is that short. */
export function pageAmong(files: Readonly<Record<string, string>>, url: string): string | undefined {
  const parts =
    /^https?:\/\/([^?#]+)/
      .exec(url)?.[1]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  for (let from = 0; from === 0 || from <= Math.max(2, parts.length - 2); from += 1) {
    const path = parts.slice(from).join('/');
    if (path !== '' && Object.hasOwn(files, path)) return files[path];
  }
  return undefined;
}
