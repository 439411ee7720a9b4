/** kubectl create serviceaccount, token, role, rolebinding and their cluster-wide twins.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_role,create_rolebinding,create_token}.go */
import type { Command, Kubectl } from '../command.ts';
import { type Mapping, findResource, groupResource, pathOf } from '../discovery.ts';
import { CommandError, errorText } from '../errors.ts';
import { type Obj, str } from '../obj.ts';
import { objectPrinter, outputFormat } from '../printers/output.ts';
import { createAndPrint } from '../writes.ts';
import { oneName } from './one-name.ts';

const meta = (name: string): Obj['metadata'] => ({ name, creationTimestamp: null }) as unknown as Obj['metadata'];

export const serviceaccount: Command = {
  name: 'create serviceaccount',
  aliases: ['sa'],
  summary: 'Create a service account with the specified name',
  run: async (k) =>
    createAndPrint(
      k,
      await k.mapping('serviceaccounts'),
      { kind: 'ServiceAccount', apiVersion: 'v1', metadata: meta(oneName(k)) },
      'created',
      'serviceaccount:',
    ),
};

export const token: Command = {
  name: 'create token',
  summary: 'Request a service account token',
  examples: [{ comment: 'A token that is good for ten minutes', lines: ['kubectl create token builder --duration 10m'] }],
  run: async (k) => {
    const name = oneName(k);
    const seconds = k.flags.durationMs('duration') / 1000;
    if (seconds < 0) throw new CommandError('--duration must be greater than or equal to 0');
    const kind = k.flags.str('bound-object-kind');
    if (kind !== '' && k.flags.str('bound-object-name') === '')
      throw new CommandError('--bound-object-name is required if --bound-object-kind is provided');
    if (!['', 'Node', 'Pod', 'Secret'].includes(kind)) throw new CommandError('supported --bound-object-kind values are Node, Pod, Secret');
    const bound =
      kind === ''
        ? undefined
        : {
            kind,
            apiVersion: 'v1',
            name: k.flags.str('bound-object-name'),
            ...(k.flags.str('bound-object-uid') !== '' && { uid: k.flags.str('bound-object-uid') }),
          };
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        ...(k.flags.list('audience').length > 0 && { audiences: k.flags.list('audience') }),
        ...(seconds > 0 && { expirationSeconds: seconds }),
        ...(bound !== undefined && { boundObjectRef: bound }),
      },
    };
    let answer: Obj;
    try {
      answer = await k.rest.json('POST', pathOf(await k.mapping('serviceaccounts'), k.namespace, name, 'token'), {
        body: request,
        typed: true,
      });
    } catch (error) {
      throw new CommandError(`failed to create token: ${errorText(error)}`);
    }
    const format = outputFormat(k);
    await k.print(!k.flags.changed('output') ? `${str(answer, 'status', 'token')}\n` : objectPrinter(k, format)(answer));
  },
};

function rolebindingOf(cluster: boolean): Command {
  const kind = cluster ? 'ClusterRoleBinding' : 'RoleBinding';
  return {
    name: `create ${kind.toLowerCase()}`,
    summary: cluster
      ? 'Create a cluster role binding for a particular cluster role'
      : 'Create a role binding for a particular role or cluster role',
    examples: [
      {
        comment: 'Let a service account look around',
        lines: [`kubectl create ${kind.toLowerCase()} look --clusterrole=view --serviceaccount=default:builder`],
      },
    ],
    ...(cluster && { required: ['clusterrole'] }),
    run: async (k) => {
      const name = oneName(k);
      const [role, clusterRole] = [k.flags.str('role'), k.flags.str('clusterrole')];
      if (!cluster && (role === '') === (clusterRole === ''))
        throw new CommandError('exactly one of clusterrole or role must be specified');
      const accounts = k.flags.list('serviceaccount').map((text) => {
        const [namespace = '', account = '', more] = text.split(':');
        if (namespace === '' || account === '' || more !== undefined) throw new CommandError('serviceaccount must be <namespace>:<name>');
        return { kind: 'ServiceAccount', name: account, namespace };
      });
      const group = 'rbac.authorization.k8s.io';
      const subjects = [
        ...k.flags.list('user').map((user) => ({ kind: 'User', apiGroup: group, name: user })),
        ...k.flags.list('group').map((one) => ({ kind: 'Group', apiGroup: group, name: one })),
        ...accounts,
      ];
      await createAndPrint(
        k,
        await k.mapping(`${kind.toLowerCase()}s.v1.${group}`),
        {
          kind,
          apiVersion: `${group}/v1`,
          metadata: meta(name),
          ...(subjects.length > 0 && { subjects }),
          roleRef: { apiGroup: group, kind: role === '' ? 'ClusterRole' : 'Role', name: role || clusterRole },
        },
        'created',
        `${kind.toLowerCase()}:`,
      );
    },
  };
}
export const rolebinding = rolebindingOf(false);
export const clusterrolebinding = rolebindingOf(true);

const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'use',
  'bind',
  'escalate',
  'impersonate',
  '*',
  'proxy',
  'approve',
  'sign',
  'attest',
];

async function rules(k: Kubectl): Promise<object[]> {
  const verbs = [...new Set(k.flags.list('verb'))].map((v) => v.trim());
  const shown = verbs.includes('*') ? ['*'] : verbs;
  for (const verb of shown) if (!VERBS.includes(verb)) await k.say(`Warning: '${verb}' is not a standard resource verb\n`);
  const byGroup = new Map<string, string[]>();
  for (const text of new Set(k.flags.list('resource'))) {
    const [type = '', ...sub] = text.split('/');
    const { group, resource } = await resourceOf(k, type);
    byGroup.set(group, [...(byGroup.get(group) ?? []), [resource, ...sub].join('/')]);
  }
  const names = k.flags.list('resource-name');
  return [...byGroup]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, resources]) => ({
      verbs: shown,
      apiGroups: [group],
      resources,
      ...(names.length > 0 && { resourceNames: names }),
    }));
}

async function resourceOf(k: Kubectl, type: string): Promise<{ group: string; resource: string }> {
  if (type === '*') return { group: '', resource: '*' };
  const mapping: Mapping | undefined = findResource(await k.discovery(), type) ?? findResource(await k.rediscover(), type);
  if (mapping === undefined)
    throw new CommandError(`the server doesn't have a resource type ${JSON.stringify(type.split('.')[0])}`, 1, true);
  return { group: mapping.group, resource: groupResource(mapping).split('.')[0]! };
}

export const role: Command = {
  name: 'create role',
  summary: 'Create a role with single rule',
  examples: [
    { comment: 'Reading pods and their logs', lines: ['kubectl create role reader --verb=get,list,watch --resource=pods,pods/log'] },
  ],
  run: async (k) => {
    const name = oneName(k);
    if (k.flags.list('verb').length === 0) throw new CommandError('at least one verb must be specified');
    if (k.flags.list('resource').length === 0) throw new CommandError('at least one resource must be specified');
    await createAndPrint(k, await k.mapping('roles.v1.rbac.authorization.k8s.io'), {
      kind: 'Role',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: meta(name),
      rules: await rules(k),
    });
  },
};

export const clusterrole: Command = {
  name: 'create clusterrole',
  summary: 'Create a cluster role',
  examples: [{ comment: 'Reading nodes', lines: ['kubectl create clusterrole node-reader --verb=get,list,watch --resource=nodes'] }],
  run: async (k) => {
    const name = oneName(k);
    const urls = k.flags.list('non-resource-url');
    if (urls.some((url) => url !== '*' && !url.startsWith('/'))) throw new CommandError('nonResourceURL should start with /');
    const aggregation = k.flags.str('aggregation-rule');
    const fields: Record<string, unknown> = {};
    if (aggregation !== '') {
      if (k.flags.list('verb').length > 0 || urls.length > 0 || k.flags.list('resource').length > 0) {
        throw new CommandError('aggregation rule must be specified without nonResourceURLs, resources or resourceNames');
      }
      fields['aggregationRule'] = {
        clusterRoleSelectors: [{ matchLabels: Object.fromEntries(aggregation.split(',').map((pair) => pair.split('='))) }],
      };
      fields['rules'] = null;
    } else {
      if (k.flags.list('verb').length === 0) throw new CommandError('at least one verb must be specified');
      if (k.flags.list('resource').length === 0 && urls.length === 0)
        throw new CommandError('one of resource or nonResourceURL must be specified');
      fields['rules'] = [...(await rules(k)), ...(urls.length > 0 ? [{ verbs: k.flags.list('verb'), nonResourceURLs: urls }] : [])];
    }
    await createAndPrint(k, await k.mapping('clusterroles.v1.rbac.authorization.k8s.io'), {
      kind: 'ClusterRole',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: meta(name),
      ...fields,
    });
  },
};
