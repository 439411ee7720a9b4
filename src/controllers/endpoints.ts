/** Endpoints: the addresses behind each Service with a selector, in the API's older form.
 *  Upstream: pkg/controller/endpoint/endpoints_controller.go */
import { equal } from '../base/json.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { Endpoints as EndpointsObject, Pod, Service } from '../api/generated/types.ts';
import { annotationsOf, keyOf, labelsOf, nameOf, namespaceOf } from '../api/meta.ts';
import { Endpoints, Pods, Services } from '../api/resources.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { isNamespaceTerminating } from './pod-control.ts';
import { planSubsets } from './endpoints-plan.ts';
import { behind, createServicesOf, HEADLESS_LABEL, isHeadless, LAST_CHANGE, lastTrigger } from './service-endpoints.ts';

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
/** Written by leader elections of old; such Endpoints are nobody's addresses. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

export function createEndpointsController(context: ControllerContext): Controller {
  const { client, recorder } = context;
  const services = context.informer(Services);
  const endpoints = context.informer(Endpoints);
  const pods = context.informer(Pods);
  const servicesOf = createServicesOf(context);
  endpoints.onChange(({ type, object }) => {
    if (type === 'delete') context.enqueue(keyOf(object));
  });

  async function reconcile(key: string): Promise<void> {
    const service = services.get(key);
    const existing = endpoints.get(key);
    if (service === undefined)
      return existing === undefined || annotationsOf(existing)[LEADER] !== undefined ? undefined : remove(existing);
    if (service.spec?.type === 'ExternalName' || service.spec?.selector === undefined) return;
    const selected = behind(service, pods.list({ name: 'namespace', value: namespaceOf(service) }));
    const { subsets, truncated } = planSubsets(service, selected);
    const labels = { ...labelsOf(service), [MANAGED_BY]: 'endpoint-controller', ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }) };
    const marked = existing !== undefined && annotationsOf(existing)[OVER_CAPACITY] === 'truncated';
    if (existing !== undefined && equal(existing.subsets ?? [], subsets) && equal(labelsOf(existing), labels) && marked === truncated)
      return;
    await write(service, existing, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        ...existing?.metadata,
        name: nameOf(service),
        namespace: namespaceOf(service),
        labels,
        annotations: annotationsFor(service, selected, existing, truncated),
      },
      ...(subsets.length > 0 && { subsets }),
    });
  }

  function annotationsFor(
    service: Service,
    selected: readonly Pod[],
    existing: EndpointsObject | undefined,
    truncated: boolean,
  ): Readonly<Record<string, string>> {
    const { [OVER_CAPACITY]: _, ...kept } = existing === undefined ? {} : annotationsOf(existing);
    return { ...kept, [LAST_CHANGE]: lastTrigger(service, selected), ...(truncated && { [OVER_CAPACITY]: 'truncated' }) };
  }

  async function write(service: Service, existing: EndpointsObject | undefined, next: EndpointsObject): Promise<void> {
    try {
      if (existing === undefined) await client.create(Endpoints, next);
      else await client.update(Endpoints, next);
    } catch (error) {
      if (isNamespaceTerminating(error) || isReason(error, 'AlreadyExists')) return;
      if (error instanceof ApiError && error.reason !== 'Conflict')
        tellFailure(service, next, existing === undefined ? 'create' : 'update', error.message);
      throw error;
    }
  }

  function tellFailure(service: Service, next: EndpointsObject, verb: 'create' | 'update', why: string): void {
    const message = `Failed to ${verb} endpoint ${namespaceOf(service)}/${nameOf(service)}: ${why}`;
    recorder.event(Endpoints, next, 'Warning', verb === 'create' ? 'FailedToCreateEndpoint' : 'FailedToUpdateEndpoint', message);
  }

  async function remove(existing: EndpointsObject): Promise<void> {
    try {
      await client.delete(Endpoints, nameOf(existing), namespaceOf(existing));
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  return {
    name: 'endpoint-controller',
    for: Services,
    reconcile,
    watches: [{ resource: Pods, toKeys: (pod, old) => servicesOf(pod as Pod, old as Pod | undefined) }],
    /** What a Service left behind while no controller ran. */
    run: async () => {
      for (const object of endpoints.list()) context.enqueue(keyOf(object));
    },
  };
}
