/** How fast Pods may be driven from nodes that went silent, by what the rest of their zone looks like. When much of a zone
 *  is silent, the fault is more likely in between than in the nodes, so evictions slow down or stop. Pure.
 *
 *    ready / silent nodes of a zone      state      nodes tainted NoExecute
 *    3 / 1                               Normal     one every 10 s
 *    1 / 3  (over 2, at least 55 %)      Partial    none; in zones of more than 50 nodes one every 100 s
 *    0 / 3                               Full       one every 10 s; none at all if every zone is so
 *
 *  Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go */
import type { Node } from '../api/generated/types.ts';
import { labelsOf } from '../api/meta.ts';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

const UNHEALTHY_SHARE = 0.55;
const UNHEALTHY_MIN = 2;
const LARGE_ZONE = 50;
export const RATE = 0.1;
const SECONDARY_RATE = 0.01;

/** "region:\0:zone" upstream; any text that tells zones apart. */
export const zoneOf = (node: Node): string =>
  `${labelsOf(node)['topology.kubernetes.io/region'] ?? ''}:${labelsOf(node)['topology.kubernetes.io/zone'] ?? ''}`;

export function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  if (notReady > UNHEALTHY_MIN && notReady / (notReady + ready) >= UNHEALTHY_SHARE) return 'PartialDisruption';
  return 'Normal';
}

/** Nodes a second; 0 stops. */
export function evictionRate(state: ZoneState, zoneSize: number): number {
  if (state !== 'PartialDisruption') return RATE;
  return zoneSize > LARGE_ZONE ? SECONDARY_RATE : 0;
}
