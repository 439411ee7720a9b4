/** kubectl create namespace, quota, poddisruptionbudget and priorityclass.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_namespace,create_quota,create_pdb,create_priorityclass}.go */
import { canonicalQuantity } from '../../api/quantity.ts';
import { parseSelector } from '../../api/selectors.ts';
import type { Command } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Obj } from '../obj.ts';
import { createAndPrint } from '../writes.ts';
import { oneName } from './one-name.ts';

const meta = (name: string): Obj['metadata'] => ({ name, creationTimestamp: null }) as unknown as Obj['metadata'];

export const namespace: Command = {
  name: 'create namespace',
  aliases: ['ns'],
  summary: 'Create a namespace with the specified name',
  run: async (k) =>
    createAndPrint(k, await k.mapping('namespaces'), {
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: meta(oneName(k)),
      spec: {},
      status: {},
    }),
};

export const quota: Command = {
  name: 'create quota',
  aliases: ['resourcequota'],
  summary: 'Create a quota with the specified name',
  examples: [{ comment: 'Limit what a namespace may ask for', lines: ['kubectl create quota team --hard=cpu=4,memory=8Gi,pods=20'] }],
  run: async (k) => {
    const name = oneName(k);
    const pairs = k.flags
      .str('hard')
      .split(',')
      .filter((p) => p !== '')
      .map((pair) => {
        const [resource = '', amount, more] = pair.split('=');
        if (amount === undefined || more !== undefined)
          throw new CommandError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
        const quantity = canonicalQuantity(amount);
        if (quantity === undefined)
          throw new CommandError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
        return [resource, quantity] as const;
      });
    const scopes = k.flags
      .str('scopes')
      .split(',')
      .filter((s) => s !== '');
    await createAndPrint(
      k,
      await k.mapping('resourcequotas'),
      {
        kind: 'ResourceQuota',
        apiVersion: 'v1',
        metadata: meta(name),
        spec: {
          ...(pairs.length > 0 && { hard: Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1))) }),
          ...(scopes.length > 0 && { scopes }),
        },
        status: {},
      },
      'created',
      'quota:',
    );
  },
};

export const poddisruptionbudget: Command = {
  name: 'create poddisruptionbudget',
  aliases: ['pdb'],
  summary: 'Create a pod disruption budget with the specified name',
  examples: [{ comment: 'One pod must always be there', lines: ['kubectl create pdb web --selector=app=web --min-available=1'] }],
  run: async (k) => {
    const name = oneName(k);
    const selector = k.flags.str('selector');
    if (selector === '') throw new CommandError('a selector must be specified');
    const [min, max] = [k.flags.str('min-available'), k.flags.str('max-unavailable')];
    if (min === '' && max === '') throw new CommandError('one of min-available or max-unavailable must be specified');
    if (min !== '' && max !== '') throw new CommandError('min-available and max-unavailable cannot be both specified');
    const amount = (text: string): number | string => {
      if (!/^\d+%?$/.test(text))
        throw new CommandError('invalid format specified for ' + (min !== '' ? 'min-available' : 'max-unavailable'));
      return text.endsWith('%') ? text : Number(text);
    };
    await createAndPrint(
      k,
      await k.mapping('poddisruptionbudgets.v1.policy'),
      {
        kind: 'PodDisruptionBudget',
        apiVersion: 'policy/v1',
        metadata: meta(name),
        spec: {
          ...(min !== '' && { minAvailable: amount(min) }),
          selector: labelSelectorOf(selector),
          ...(max !== '' && { maxUnavailable: amount(max) }),
        },
        status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
      },
      'created',
      'poddisruptionbudgets:',
    );
  },
};

/** "a=b,c in (d)" as a LabelSelector. */
export function labelSelectorOf(text: string): object {
  const matchLabels: Record<string, string> = {};
  const matchExpressions: object[] = [];
  const operators: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };
  for (const { key, operator, values } of parseSelector(text)) {
    if (operator === '=' || operator === '==') matchLabels[key] = values[0] ?? '';
    else matchExpressions.push({ key, operator: operators[operator] ?? operator, ...(values.length > 0 && { values }) });
  }
  return { ...(Object.keys(matchLabels).length > 0 && { matchLabels }), ...(matchExpressions.length > 0 && { matchExpressions }) };
}

export const priorityclass: Command = {
  name: 'create priorityclass',
  aliases: ['pc'],
  summary: 'Create a priority class with the specified name',
  examples: [{ comment: 'For what must run first', lines: ['kubectl create priorityclass high --value=1000 --description="runs first"'] }],
  run: async (k) => {
    const name = oneName(k);
    const policy = k.flags.str('preemption-policy');
    await createAndPrint(
      k,
      await k.mapping('priorityclasses.v1.scheduling.k8s.io'),
      {
        kind: 'PriorityClass',
        apiVersion: 'scheduling.k8s.io/v1',
        metadata: meta(name),
        value: k.flags.int('value'),
        ...(k.flags.bool('global-default') && { globalDefault: true }),
        ...(k.flags.str('description') !== '' && { description: k.flags.str('description') }),
        preemptionPolicy: policy,
      },
      'created',
      'priorityclass:',
    );
  },
};
