import type { Switch } from './switch.ts';

const NAME = '[sig-api-machinery] ResourceQuota should';
const ADMISSION = 'src/apiserver/admission/resource-quota.ts';
const CONTROLLER = 'src/controllers/resource-quota.ts';
const USAGE = 'src/api/quota-usage.ts';
const life = (of: string): string => `${NAME} create a ResourceQuota and capture the life of a ${of}.`;

/** Those that look at what is used after something came or went. */
const COUNTED = [
  life('service'),
  life('secret'),
  life('configMap'),
  life('replication controller'),
  life('replica set'),
  life('pod'),
  `${NAME} verify ResourceQuota with terminating scopes.`,
  `${NAME} verify ResourceQuota with best effort scope.`,
];

export const OFF: readonly Switch[] = [
  {
    behaviour: 'the controller counts what is there',
    file: CONTROLLER,
    find: 'await client.updateStatus(ResourceQuotas, { ...quota, status: { ...quota.status, hard, used } });',
    replace: '',
    tests: [
      `${NAME} create a ResourceQuota and ensure its status is promptly calculated.`,
      `${NAME} apply changes to a resourcequota status`,
      `${NAME} manage the lifecycle of a ResourceQuota`,
    ],
  },
  {
    behaviour: 'admission counts what is made',
    file: ADMISSION,
    find: 'return { ...quota, status: { ...quota.status, used: next } };',
    replace: 'return quota;',
    tests: COUNTED,
  },
  {
    behaviour: 'what goes is counted no more',
    file: CONTROLLER,
    find: "if (type === 'delete' || (old !== undefined",
    replace: 'if (Boolean(type) && (old !== undefined',
    tests: COUNTED,
  },
  {
    behaviour: 'what exceeds a quota is refused',
    file: ADMISSION,
    find: 'if (exceeded.length > 0) {',
    replace: 'if (exceeded.length > Infinity) {',
    tests: [life('service'), life('pod')],
  },
  {
    behaviour: 'a Pod that may run for so long is terminating',
    file: USAGE,
    find: 'const isTerminating = (pod.spec?.activeDeadlineSeconds ?? -1) >= 0;',
    replace: 'const isTerminating = pod.spec === undefined;',
    tests: [`${NAME} verify ResourceQuota with terminating scopes.`],
  },
  {
    behaviour: 'a Pod that asks for nothing is best effort',
    file: USAGE,
    find: "case 'BestEffort': return qosClassOf(pod) === 'BestEffort';",
    replace: "case 'BestEffort': return false;",
    tests: [`${NAME} verify ResourceQuota with best effort scope.`],
  },
  {
    behaviour: 'an update writes what it is sent',
    file: 'src/apiserver/handlers.ts',
    find: 'compute: () => object',
    replace: "compute: (old) => (old.kind === 'ResourceQuota' && info.subresource === '' ? old : object)",
    tests: [`${NAME} be able to update and delete ResourceQuota.`],
  },
  {
    behaviour: 'the status subresource writes the status',
    file: 'src/apiserver/subresources.ts',
    find: "const status = (next as Json)['status'];",
    replace: "const status = (old as Json)['status'] ?? (next as Json)['status'];",
    tests: [`${NAME} apply changes to a resourcequota status`],
  },
];
