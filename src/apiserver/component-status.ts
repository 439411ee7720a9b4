/** componentstatuses: deprecated, made up on each read.
 *  Differs from Kubernetes: the components are not asked over the network; who reads this reads through a running etcd and apiserver.
 *  Upstream: pkg/registry/core/componentstatus/rest.go */
import { notFound } from '../api/errors.ts';
import type { ComponentStatus } from '../api/generated/types.ts';
import type { Answer } from './handlers.ts';
import { presenterOf } from './presentation.ts';
import type { Call } from './server-state.ts';

const component = (name: string): ComponentStatus => ({
  apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
});

export function componentStatuses(call: Call): Answer {
  const items = ['controller-manager', 'scheduler', 'etcd-0'].map(component);
  const present = presenterOf(call);
  if (call.info.name !== '') {
    const found = items.find((item) => item.metadata?.name === call.info.name);
    if (found === undefined) throw notFound(call.kind.resource, call.info.name);
    return { status: 200, body: present === undefined ? found : present.object(found) };
  }
  const list = { apiVersion: 'v1', kind: 'ComponentStatusList', metadata: {}, items };
  return { status: 200, body: present === undefined ? list : present.list(list) };
}
