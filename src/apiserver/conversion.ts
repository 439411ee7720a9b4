/** Two kinds are views of objects that are stored as another version: events.k8s.io events, and autoscaling/v1.
 *  Upstream: pkg/apis/events/v1/conversion.go, pkg/apis/autoscaling/v1/conversion.go */
import type { CoreV1Event, EventsV1Event, HorizontalPodAutoscaler, V2HorizontalPodAutoscaler, V2MetricSpec } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';

interface Conversion { toStored(object: KubeObject): KubeObject; fromStored(object: KubeObject): KubeObject }

/** Leaves out what is undefined, so that views compare equal to what was sent. */
function compact<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function eventFromCore(object: KubeObject): KubeObject {
  const event = object as CoreV1Event;
  return compact<EventsV1Event>({
    apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: event.metadata, eventTime: event.eventTime ?? (null as unknown as string),
    series: event.series?.lastObservedTime === undefined ? undefined : { count: event.series.count ?? 0, lastObservedTime: event.series.lastObservedTime },
    reportingController: event.reportingComponent, reportingInstance: event.reportingInstance, action: event.action, reason: event.reason,
    regarding: event.involvedObject, related: event.related, note: event.message, type: event.type, deprecatedSource: event.source,
    deprecatedFirstTimestamp: event.firstTimestamp, deprecatedLastTimestamp: event.lastTimestamp, deprecatedCount: event.count,
  });
}

function eventToCore(object: KubeObject): KubeObject {
  const event = object as EventsV1Event;
  return compact<CoreV1Event>({
    apiVersion: 'v1', kind: 'Event', metadata: event.metadata ?? {}, eventTime: event.eventTime ?? undefined, series: event.series,
    reportingComponent: event.reportingController ?? '', reportingInstance: event.reportingInstance ?? '', action: event.action, reason: event.reason,
    involvedObject: event.regarding ?? {}, related: event.related, message: event.note, type: event.type, source: event.deprecatedSource,
    firstTimestamp: event.deprecatedFirstTimestamp, lastTimestamp: event.deprecatedLastTimestamp, count: event.deprecatedCount,
  });
}

const OTHER_METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const isCpu = (metric: V2MetricSpec): boolean =>
  metric.type === 'Resource' && metric.resource?.name === 'cpu' && metric.resource.target.averageUtilization !== undefined;

function scalerFromV2(object: KubeObject): KubeObject {
  const { metadata, spec, status } = object as V2HorizontalPodAutoscaler;
  const others = (spec?.metrics ?? []).filter((metric) => !isCpu(metric));
  const annotations = others.length === 0 ? metadata?.annotations : { ...metadata?.annotations, [OTHER_METRICS]: JSON.stringify(others) };
  const cpu = status?.currentMetrics?.find((metric) => metric.resource?.name === 'cpu')?.resource?.current.averageUtilization;
  const v1: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata: compact({ ...metadata, annotations }),
    ...(spec && { spec: compact({
      maxReplicas: spec.maxReplicas, minReplicas: spec.minReplicas, scaleTargetRef: spec.scaleTargetRef,
      targetCPUUtilizationPercentage: spec.metrics?.find(isCpu)?.resource?.target.averageUtilization,
    }) }),
    ...(status && { status: compact({
      currentReplicas: status.currentReplicas ?? 0, desiredReplicas: status.desiredReplicas, lastScaleTime: status.lastScaleTime,
      observedGeneration: status.observedGeneration, currentCPUUtilizationPercentage: cpu,
    }) }),
  };
  return v1;
}

function scalerToV2(object: KubeObject): KubeObject {
  const { metadata, spec, status } = object as HorizontalPodAutoscaler;
  const { [OTHER_METRICS]: others, ...annotations } = metadata?.annotations ?? {};
  const target = spec?.targetCPUUtilizationPercentage;
  const metrics: V2MetricSpec[] = target === undefined ? []
    : [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } } }];
  metrics.push(...parseMetrics(others));
  const v2: V2HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler',
    metadata: compact({ ...metadata, annotations: Object.keys(annotations).length > 0 ? annotations : undefined }),
    ...(spec && { spec: compact({
      maxReplicas: spec.maxReplicas, minReplicas: spec.minReplicas, scaleTargetRef: spec.scaleTargetRef, metrics: metrics.length > 0 ? metrics : undefined,
    }) }),
    ...(status && { status: compact({
      currentReplicas: status.currentReplicas, desiredReplicas: status.desiredReplicas, lastScaleTime: status.lastScaleTime,
      observedGeneration: status.observedGeneration,
    }) }),
  };
  return v2;
}

function parseMetrics(text: string | undefined): readonly V2MetricSpec[] {
  if (text === undefined) return [];
  try {
    return JSON.parse(text) as readonly V2MetricSpec[];
  } catch {
    return [];
  }
}

/** By the definition of the view. */
export const conversions: Readonly<Record<string, Conversion>> = {
  EventsV1Event: { toStored: eventToCore, fromStored: eventFromCore },
  HorizontalPodAutoscaler: { toStored: scalerToV2, fromStored: scalerFromV2 },
};
