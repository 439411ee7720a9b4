/** metrics.k8s.io/v1beta1, which metrics-server serves: `client.list(PodMetricses, { namespace, labelSelector })` is what a
 *  Pod autoscaler reads. These rows stand outside the resource table, because the apiserver itself does not serve them.
 *  Upstream: staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1/types.go */
import type { ObjectMeta } from './generated/types.ts';
import type { Resource } from './resource.ts';

/** Quantities: "250m" or "1234567n" cores, "12Mi". */
export interface MeasuredUsage {
  readonly cpu: string;
  readonly memory: string;
}

interface Measured {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
  /** The end of the window over which the processor's rate was taken. */
  readonly timestamp: string;
  /** A Go duration: "15s". */
  readonly window: string;
}

export interface NodeMetrics extends Measured {
  readonly usage: MeasuredUsage;
}

export interface PodMetrics extends Measured {
  readonly containers: readonly { readonly name: string; readonly usage: MeasuredUsage }[];
}

const row = {
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  singular: '',
  shortNames: [],
  categories: [],
  verbs: ['get', 'list'],
  subresources: [],
} as const;

export const NodeMetricses: Resource<NodeMetrics> = { ...row, kind: 'NodeMetrics', plural: 'nodes', namespaced: false };
export const PodMetricses: Resource<PodMetrics> = { ...row, kind: 'PodMetrics', plural: 'pods', namespaced: true };
