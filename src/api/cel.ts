/** The way to CEL. Most clusters never see an expression, so its engine is loaded with the first one; time stands while it is.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/cel */
import type { World } from '../base/world.ts';
import type * as Module from './cel/index.ts';

export type Cel = typeof Module;

export interface CelLoader {
  readonly loaded: Cel | undefined;
  load(): Promise<Cel>;
}

export function createCelLoader(world: World): CelLoader {
  let loaded: Cel | undefined;
  return {
    get loaded() {
      return loaded;
    },
    async load() {
      loaded ??= await world.external(import('./cel/index.ts'));
      return loaded;
    },
  };
}
