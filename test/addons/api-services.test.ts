/** When an APIService is Available, and in which words it is not.
 *  Upstream: staging/src/k8s.io/kube-aggregator/pkg/controllers/status/remote/remote_available_controller_test.go */
import { describe, expect, it } from 'vitest';
import type { EndpointSlice, Service } from '../../src/api/generated/types.ts';
import { LOCAL, objection, PASSED, placeOf, withAvailability } from '../../src/apiserver/api-service-checks.ts';

const place = { namespace: 'kube-system', name: 'metrics-server', port: 443 };
const service = (port: number): Service => ({ spec: { ports: [{ name: 'https', port }] } });
const slice = (ready: boolean | undefined, port = 'https'): EndpointSlice => ({
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.244.1.2'], conditions: { ...(ready !== undefined && { ready }) } }],
  ports: [{ name: port, port: 10_250 }],
});
const empty = 'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"';

describe('an APIService', () => {
  it.each([
    ['no Service', undefined, [], 'ServiceNotFound', 'service/metrics-server in "kube-system" is not present'],
    ['another port', service(80), [], 'ServicePortError', 'service/metrics-server in "kube-system" is not listening on port 443'],
    ['no endpoints', service(443), [], 'EndpointsNotFound', 'cannot find endpoints for service/metrics-server in "kube-system"'],
    ['nobody ready', service(443), [slice(false)], 'MissingEndpoints', empty],
    ['another port name', service(443), [slice(true, 'http')], 'MissingEndpoints', empty],
  ])('with %s', (_what, found, slices, reason, message) => {
    expect(objection(place, found, slices)).toEqual({ status: 'False', reason, message });
  });
  it.each([
    ['a ready endpoint', [slice(true)]],
    ['an endpoint that does not say', [slice(undefined)]],
    ['one of two', [slice(false), slice(true)]],
  ])('with %s is asked itself', (_what, slices) => {
    expect(objection(place, service(443), slices)).toBeUndefined();
  });
  it('behind a name outside is asked itself', () => {
    expect(objection(place, { spec: { type: 'ExternalName', externalName: 'example.com' } }, [])).toBeUndefined();
  });
  it('without a Service is local', () => {
    expect(placeOf({ spec: { groupPriorityMinimum: 1, versionPriority: 1 } })).toBeUndefined();
  });
  it('keeps the time of its last change of mind', () => {
    const first = withAvailability({}, { status: 'False', reason: 'ServiceNotFound', message: 'a' }, '2026-01-05T09:00:00Z');
    const second = withAvailability(first, { status: 'False', reason: 'MissingEndpoints', message: 'b' }, '2026-01-05T09:00:10Z');
    const third = withAvailability(second, PASSED, '2026-01-05T09:00:20Z');
    expect([first, second, third].map(({ status }) => status?.conditions?.[0]?.lastTransitionTime)).toEqual([
      '2026-01-05T09:00:00Z',
      '2026-01-05T09:00:00Z',
      '2026-01-05T09:00:20Z',
    ]);
    expect(withAvailability(third, PASSED, '2026-01-05T09:00:30Z')).toBe(third);
    expect(withAvailability(third, LOCAL, '2026-01-05T09:00:30Z')).not.toBe(third);
  });
});
