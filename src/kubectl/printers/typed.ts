/** Commands that read an object into Go's types and print those show fields that nobody set: Go writes an empty struct and a
 *  time that is not set. `get` and `patch` print what the server sent and do not.
 *  Upstream: staging/src/k8s.io/api/{core,apps,batch}/v1/types.go: fields without `omitempty`, and structs, which are never empty */
import { type Obj, dict } from '../obj.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const ZERO_DAEMONS = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };

/** What stands in an object of a kind although nobody set it: under spec, and as status. */
const EMPTY: Readonly<Record<string, { readonly spec?: Fields; readonly status: Fields }>> = {
  Pod: { status: {} },
  Deployment: { spec: { strategy: {} }, status: {} },
  DaemonSet: { spec: { updateStrategy: {} }, status: ZERO_DAEMONS },
  StatefulSet: { spec: { updateStrategy: {}, serviceName: '' }, status: { availableReplicas: 0, replicas: 0 } },
  ReplicaSet: { status: { replicas: 0 } },
  ReplicationController: { status: { replicas: 0 } },
  Job: { status: {} },
  CronJob: { status: {} },
  HorizontalPodAutoscaler: { status: { desiredReplicas: 0, currentMetrics: null } },
  Service: { status: { loadBalancer: {} } },
};

export function typed(object: Obj): Obj {
  const empty = EMPTY[String(object.kind)];
  const spec = object['spec'];
  return {
    ...withTime(object as Fields),
    ...(isFields(spec) && { spec: { ...empty?.spec, ...specOf(String(object.kind), spec) } }),
    ...(empty !== undefined && { status: { ...empty.status, ...withoutZeros(String(object.kind), dict(object, 'status')) } }),
  } as unknown as Obj;
}

/** A count of zero is not written where Go leaves out what is empty; a Job's counts are pointers, which say zero. */
const withoutZeros = (kind: string, status: Fields): Fields =>
  kind === 'Job' ? status : Object.fromEntries(Object.entries(status).filter(([key, value]) => value !== 0 || key in EMPTY[kind]!.status));

const withTime = (value: Fields): Fields => ({ ...value, metadata: { creationTimestamp: null, ...dict(value, 'metadata') } });

function specOf(kind: string, spec: Fields): Fields {
  if (kind === 'Pod') return podSpec(spec);
  if (kind === 'Service') return { ...spec, ...listOf(spec, 'ports', (port) => ({ targetPort: 0, ...port })) };
  const { template, jobTemplate } = spec;
  return {
    ...spec,
    ...(isFields(template) && {
      template: { ...withTime(template), ...(isFields(template['spec']) && { spec: podSpec(template['spec']) }) },
    }),
    ...(isFields(jobTemplate) && {
      jobTemplate: { ...withTime(jobTemplate), ...(isFields(jobTemplate['spec']) && { spec: specOf('Job', jobTemplate['spec']) }) },
    }),
    ...listOf(spec, 'volumeClaimTemplates', (claim) => withTime(claim)),
  };
}

function podSpec(spec: Fields): Fields {
  const container = (value: Fields): Fields => ({ resources: {}, ...value });
  return { ...spec, ...listOf(spec, 'containers', container), ...listOf(spec, 'initContainers', container) };
}

function listOf(of: Fields, name: string, each: (item: Fields) => Fields): Fields {
  const items = of[name];
  return Array.isArray(items) ? { [name]: items.map((item: unknown) => (isFields(item) ? each(item) : item)) } : {};
}
