/** EndpointSlices for Services without a selector: whoever writes their Endpoints by hand need not know of slices.
 *  Upstream: pkg/controller/endpointslicemirroring/endpointslicemirroring_controller.go */
import { isReason } from '../api/errors.ts';
import { annotationsOf, isTerminating, keyOf, labelsOf, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Endpoints, EndpointSlices, Services } from '../api/resources.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { MANAGED_BY, SERVICE_NAME } from './endpointslice-plan.ts';
import { MIRRORING_CONTROLLER, planMirror } from './endpointslice-mirroring-plan.ts';
import { isNamespaceTerminating } from './pod-control.ts';

const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
/** Written by leader elections of old; such Endpoints are nobody's addresses. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

export function createEndpointSliceMirroring(context: ControllerContext): Controller {
  const { client } = context;
  const endpoints = context.informer(Endpoints);
  const services = context.informer(Services);
  const slices = context.informer(EndpointSlices);
  slices.addIndex('mirrored', (slice) => {
    const { [SERVICE_NAME]: service, [MANAGED_BY]: manager } = labelsOf(slice);
    return service === undefined || manager !== MIRRORING_CONTROLLER ? [] : [`${namespaceOf(slice)}/${service}`];
  });
  slices.onChange(({ object }) => {
    const { [SERVICE_NAME]: service, [MANAGED_BY]: manager } = labelsOf(object);
    if (service !== undefined && manager === MIRRORING_CONTROLLER) context.enqueue(`${namespaceOf(object)}/${service}`);
  });

  /** Only what somebody wrote for a Service whose Pods nobody selects. */
  function isMirrored(key: string): boolean {
    const [of, service] = [endpoints.get(key), services.get(key)];
    if (of === undefined || service === undefined || isTerminating(of)) return false;
    return service.spec?.selector === undefined && labelsOf(of)[SKIP] !== 'true' && annotationsOf(of)[LEADER] === undefined;
  }

  async function reconcile(key: string): Promise<void> {
    const existing = slices.list({ name: 'mirrored', value: key }).filter((slice) => !isTerminating(slice));
    const of = endpoints.get(key);
    const plan = of !== undefined && isMirrored(key) ? planMirror(of, existing) : { create: [], update: [], remove: existing };
    try {
      for (const slice of plan.create) await client.create(EndpointSlices, slice);
      for (const slice of plan.update) await client.update(EndpointSlices, slice);
      for (const slice of plan.remove) {
        await client.delete(EndpointSlices, nameOf(slice), namespaceOf(slice), { preconditions: { uid: uidOf(slice) } });
      }
    } catch (error) {
      if (isNamespaceTerminating(error) || isReason(error, 'NotFound')) return;
      throw error;
    }
  }

  return {
    name: 'endpointslice-mirroring-controller',
    for: Endpoints,
    reconcile,
    watches: [{ resource: Services, toKeys: (service) => [keyOf(service)] }],
  };
}
