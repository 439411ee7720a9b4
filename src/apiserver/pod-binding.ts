/** POST pods/NAME/binding: the scheduler gives a Pod its node. Who comes second is told that it has one.
 *  Upstream: pkg/registry/core/pod/storage/storage.go (BindingREST) */
import { rfc3339 } from '../base/time.ts';
import { badRequest, conflict, invalid, notFound } from '../api/errors.ts';
import { notSupported, required } from '../api/field-error.ts';
import type { Binding, Pod, PodCondition } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { structOf } from '../api/schema/types.ts';
import { decodeObject, fieldValidationOf, rawBody } from './body.ts';
import { queryOf } from './request-info.ts';
import type { Call } from './server-state.ts';

const BINDING = { group: '', version: 'v1', kind: 'Binding' };

/** The revision of the write; undefined for a dry run. */
export function bindPod(call: Call): number | undefined {
  const { server, info } = call;
  const binding = decodeObject(rawBody(call.request)?.value, BINDING, structOf('Binding'), {
    validation: fieldValidationOf(call.request), cache: server.decodeCache, warn: call.warn,
  }) as Binding;
  const name = info.name || binding.metadata?.name || '';
  checkTarget(binding, name);
  const kind = server.kinds.of(Pods);
  const of = { group: '', plural: 'pods/binding' };
  const found = server.storage.get(kind, info.namespace, name);
  if (found === undefined) throw notFound(Pods, name);
  const pod = found.object as Pod;
  const uid = binding.metadata?.uid;
  if (uid && uid !== pod.metadata?.uid) {
    throw conflict(of, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata?.uid}`);
  }
  if (pod.metadata?.deletionTimestamp !== undefined) throw conflict(of, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw conflict(of, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if (pod.spec?.schedulingGates?.length) throw conflict(of, name, `pod ${name} has non-empty .spec.schedulingGates`);
  if (queryOf(call.request, 'dryRun') === 'All') return undefined;
  const stored = server.storage.put(kind, boundPod(pod, binding, rfc3339(server.world.clock.now())), found.modRevision);
  if (stored === undefined) throw conflict(of, name);
  return stored.modRevision;
}

function checkTarget(binding: Binding, name: string): void {
  const { kind = '', name: node = '' } = binding.target ?? {};
  if (binding.metadata?.name && binding.metadata.name !== name) {
    throw badRequest('name in URL does not match name in Binding object');
  }
  if (kind !== '' && kind !== 'Node') throw invalid({ group: '', kind: 'Binding' }, name, [notSupported('target.kind', kind, ['Node', '<empty>'])]);
  if (node === '') throw invalid({ group: '', kind: 'Binding' }, name, [required('target.name')]);
}

function boundPod(pod: Pod, binding: Binding, now: string): Pod {
  const annotations = binding.metadata?.annotations;
  const conditions = pod.status?.conditions ?? [];
  const scheduled: PodCondition = { type: 'PodScheduled', status: 'True', lastTransitionTime: now };
  const before = conditions.find((condition) => condition.type === 'PodScheduled');
  return {
    ...pod,
    metadata: { ...pod.metadata, ...(annotations && { annotations: { ...pod.metadata?.annotations, ...annotations } }) },
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: binding.target.name },
    status: {
      ...pod.status,
      conditions: before === undefined ? [...conditions, scheduled] : conditions.map((condition) => (condition === before ? scheduled : condition)),
    },
  };
}
