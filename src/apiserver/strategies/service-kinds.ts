/** What the kind of a Service decides: whether it has an address, node ports, a health check of its own.
 *  Upstream: pkg/api/service/util.go */
import type { ServiceSpec } from '../../api/generated/types.ts';

export const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIPs?.[0] === 'None' || spec.clusterIP === 'None';

export const isExternal = (spec: ServiceSpec): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);

export const needsClusterIp = (spec: ServiceSpec | undefined): boolean => spec?.type !== 'ExternalName';

export const needsNodePort = (spec: ServiceSpec | undefined): boolean =>
  spec?.type === 'NodePort' || (spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

/** Balancers that spare nodes without a Pod ask each node whether it has one. */
export const needsHealthCheck = (spec: ServiceSpec | undefined): boolean =>
  spec?.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
