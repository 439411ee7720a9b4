/** What a rule of the simulations sees and says. A rule looks at each write of the store as it happens, so that no state in
 *  between is missed. */
import type { KubeObject } from '../../src/api/object.ts';

export interface Seen {
  /** "/registry/pods/default/web-1". */
  readonly key: string;
  readonly revision: number;
  readonly nowMs: number;
  /** Absent: it was deleted. */
  readonly object: KubeObject | undefined;
  /** Absent: it was made. */
  readonly before: KubeObject | undefined;
}

/** Says that a rule is broken. */
export type Accuse = (rule: string, detail: string) => void;

export type Rule = (seen: Seen) => void;

export const PODS = '/registry/pods/';
export const REPLICA_SETS = '/registry/replicasets/';
export const DEPLOYMENTS = '/registry/deployments/';
export const SERVICES = '/registry/services/specs/';
export const NODES = '/registry/minions/';
export const CONFIG_MAPS = '/registry/configmaps/';

/** How far behind the store a controller may rightly be: longer when parts of the control plane were down, because the
 *  informers' back-off then lasts. */
export interface Staleness {
  /** Everything that was wished for after this moment may still be what a controller knows. */
  sinceMs(nowMs: number): number;
}
