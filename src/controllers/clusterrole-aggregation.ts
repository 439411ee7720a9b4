/** ClusterRoles with an aggregation rule, such as admin, edit and view, gather the rules of the roles that it selects.
 *  Upstream: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go */
import { equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { ClusterRole, PolicyRule } from '../api/generated/types.ts';
import { keyOf, labelsOf, nameOf } from '../api/meta.ts';
import { ClusterRoles } from '../api/resources.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';

export function createClusterRoleAggregation(context: ControllerContext): Controller {
  const { client } = context;
  const roles = context.informer(ClusterRoles);

  async function reconcile(key: string): Promise<void> {
    const role = roles.get(key);
    if (role?.aggregationRule === undefined) return;
    const rules = gather(role, roles.list());
    if (equal(role.rules ?? [], rules)) return;
    try {
      await client.patch(ClusterRoles, key, undefined, 'merge', { metadata: { resourceVersion: role.metadata?.resourceVersion }, rules });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  return {
    name: 'clusterrole-aggregation-controller',
    for: ClusterRoles,
    reconcile,
    watches: [
      {
        resource: ClusterRoles,
        toKeys: () =>
          roles
            .list()
            .filter((role) => role.aggregationRule !== undefined)
            .map(keyOf),
      },
    ],
  };
}

/** In the order of the rule's selectors, then of names; equal rules once. */
function gather(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const sorted = [...all].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of sorted) {
      if (nameOf(other) === nameOf(role) || !matchesLabelSelector(selector, labelsOf(other))) continue;
      for (const rule of other.rules ?? []) if (!rules.some((each) => equal(each, rule))) rules.push(rule);
    }
  }
  return rules;
}
