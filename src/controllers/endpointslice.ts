/** EndpointSlices: the addresses behind each Service with a selector, a hundred to a slice, for kube-proxy and DNS.
 *  Upstream: pkg/controller/endpointslice/endpointslice_controller.go */
import { equal } from '../base/json.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { Node, Pod, Service } from '../api/generated/types.ts';
import { isTerminating, keyOf, labelsOf, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { EndpointSlices, Nodes, Pods, Services } from '../api/resources.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { CONTROLLER, MANAGED_BY, planEndpointSlices, SERVICE_NAME, ZONE, type SlicePlan } from './endpointslice-plan.ts';
import { isNamespaceTerminating } from './pod-control.ts';
import { behind, createServicesOf } from './service-endpoints.ts';
import { plural } from './words.ts';

const NAME = 'endpoint-slice-controller';

export function createEndpointSliceController(context: ControllerContext): Controller {
  const { client, recorder, world } = context;
  const services = context.informer(Services);
  const slices = context.informer(EndpointSlices);
  const pods = context.informer(Pods);
  const nodes = context.informer(Nodes);
  const servicesOf = createServicesOf(context);
  slices.addIndex('service', (slice) => {
    const service = labelsOf(slice)[SERVICE_NAME];
    return service === undefined ? [] : [`${namespaceOf(slice)}/${service}`];
  });

  async function reconcile(key: string): Promise<void> {
    const service = services.get(key);
    if (service === undefined || isTerminating(service)) return; // Its slices go with their owner.
    if (service.spec?.type === 'ExternalName' || service.spec?.selector === undefined) return;
    const existing = slices
      .list({ name: 'service', value: key })
      .filter((slice) => labelsOf(slice)[MANAGED_BY] === CONTROLLER && slice.addressType === 'IPv4' && !isTerminating(slice));
    const selected = behind(service, pods.list({ name: 'namespace', value: namespaceOf(service) }));
    const plan = planEndpointSlices({ service, pods: selected, existing, nodeOf: (name) => nodes.get(name) });
    await carryOut(service, plan);
  }

  async function carryOut(service: Service, plan: SlicePlan): Promise<void> {
    try {
      for (const slice of plan.create) await client.create(EndpointSlices, slice);
      for (const slice of plan.update) await client.update(EndpointSlices, slice);
      for (const slice of plan.remove)
        await client.delete(EndpointSlices, nameOf(slice), namespaceOf(slice), { preconditions: { uid: uidOf(slice) } });
    } catch (error) {
      if (isNamespaceTerminating(error) || isReason(error, 'NotFound')) return;
      if (error instanceof ApiError && !isReason(error, 'Conflict')) tellFailure(service, error as ApiError);
      throw error;
    }
    tell(service, plan);
  }

  function tellFailure(service: Service, error: ApiError): void {
    const message = `Error updating Endpoint Slices for Service ${namespaceOf(service)}/${nameOf(service)}: ${error.message}`;
    recorder.event(Services, service, 'Warning', 'FailedToUpdateEndpointSlices', message);
  }

  function tell(service: Service, plan: SlicePlan): void {
    const written = [...plan.create, ...plan.update];
    if (written.length === 0) return;
    const endpoints = written.flatMap((slice) => slice.endpoints);
    const ready = endpoints.filter((endpoint) => endpoint.conditions?.ready === true).length;
    world.trace({
      type: 'decision',
      actor: NAME,
      object: { resource: 'services', namespace: namespaceOf(service), name: nameOf(service), uid: uidOf(service) },
      did: `listed ${plural(endpoints.length, 'endpoint')}, ${ready} of them ready`,
      because: 'A Pod that the selector matches changed its address or readiness, came or went.',
      facts: { endpoints: endpoints.length, ready },
    });
  }

  /** A node that moves to another zone changes what its endpoints say. */
  function servicesOn(node: Node, old: Node | undefined): readonly string[] {
    if (old !== undefined && equal(labelsOf(node)[ZONE], labelsOf(old)[ZONE])) return [];
    if (labelsOf(node)[ZONE] === undefined && (old === undefined || labelsOf(old)[ZONE] === undefined)) return [];
    return services.list().map(keyOf);
  }

  return {
    name: NAME,
    for: Services,
    owns: [EndpointSlices],
    reconcile,
    watches: [
      { resource: Pods, toKeys: (pod, old) => servicesOf(pod as Pod, old as Pod | undefined) },
      { resource: Nodes, toKeys: (node, old) => servicesOn(node as Node, old as Node | undefined) },
    ],
  };
}
