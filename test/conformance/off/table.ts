/** Every behaviour that conformance tests need, in one table; a file an area. */
import { OFF as API_MACHINERY } from './api-machinery.ts';
import { OFF as API_OPERATIONS } from './api-operations.ts';
import { OFF as CUSTOM_RESOURCE_OPENAPI } from './custom-resource-openapi.ts';
import { OFF as CUSTOM_RESOURCES } from './custom-resources.ts';
import { OFF as FIDELITY } from './fidelity.ts';
import { OFF as FIELD_VALIDATION } from './field-validation.ts';
import { OFF as GARBAGE_COLLECTOR } from './garbage-collector.ts';
import { OFF as KUBECTL } from './kubectl.ts';
import { OFF as POLICIES } from './policies.ts';
import { OFF as RESOURCE_QUOTA } from './resource-quota.ts';
import { OFF as WEBHOOKS } from './webhooks.ts';
import { OFF as WORKLOADS } from './workloads.ts';
import type { Switch } from './switch.ts';

export const SWITCHES: readonly Switch[] = [
  ...API_MACHINERY,
  ...API_OPERATIONS,
  ...CUSTOM_RESOURCE_OPENAPI,
  ...CUSTOM_RESOURCES,
  ...FIDELITY,
  ...FIELD_VALIDATION,
  ...GARBAGE_COLLECTOR,
  ...KUBECTL,
  ...POLICIES,
  ...RESOURCE_QUOTA,
  ...WEBHOOKS,
  ...WORKLOADS,
];
