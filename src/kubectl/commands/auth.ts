/** kubectl auth can-i, whoami and reconcile; certificate approve and deny.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/{auth,certificates} */
import { rfc3339 } from '../../base/time.ts';
import type { Command, Kubectl } from '../command.ts';
import { findResource, pathOf } from '../discovery.ts';
import { CommandError, isNotFound } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { type Obj, dict, list, put, same, str } from '../obj.ts';
import { dryRunOf, nameOf, objectPrinter, outputFormat, resultPrinter } from '../printers/output.ts';
import { plainTable } from '../printers/table.ts';

export const auth: Command = { name: 'auth', summary: 'Inspect authorization' };

const REVIEW = '/apis/authorization.k8s.io/v1';

export const canI: Command = {
  name: 'auth can-i',
  summary: 'Check whether an action is allowed',
  examples: [
    {
      comment: 'May I? May somebody else?',
      lines: ['kubectl auth can-i create pods', 'kubectl auth can-i list secrets --as=system:serviceaccount:default:builder'],
    },
    { comment: 'Everything that I may', lines: ['kubectl auth can-i --list'] },
  ],
  complete: 'none',
  run: async (k) => {
    if (k.flags.bool('list')) return listRules(k);
    const [verb, what, name] = k.args;
    if (verb === undefined || what === undefined || k.args.length > 3) {
      throw new CommandError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
      );
    }
    const spec = what.startsWith('/')
      ? { nonResourceAttributes: { path: what, verb } }
      : { resourceAttributes: await attributes(k, verb, what, name) };
    const review = await k.rest.json('POST', `${REVIEW}/selfsubjectaccessreviews`, {
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
    });
    const allowed = str(review, 'status', 'allowed') === 'true';
    if (!k.flags.bool('quiet')) {
      const reason = str(review, 'status', 'reason');
      const problem = str(review, 'status', 'evaluationError');
      await k.print(
        `${allowed ? 'yes' : 'no'}${!allowed && reason !== '' ? ` - ${reason}` : ''}${!allowed && problem !== '' ? ` - ${problem}` : ''}\n`,
      );
    }
    return allowed ? 0 : 1;
  },
};

async function attributes(k: Kubectl, verb: string, what: string, third: string | undefined): Promise<object> {
  const [type = '', afterSlash] = what.split('/');
  const name = afterSlash ?? third ?? '';
  const mapping = type === '*' ? undefined : findResource(await k.discovery(), type);
  if (type !== '*' && mapping === undefined) await k.say(`Warning: the server doesn't have a resource type '${type}'\n`);
  else if (mapping !== undefined && !mapping.namespaced && !k.flags.bool('all-namespaces')) {
    const group = mapping.group === '' ? '' : ` in group '${mapping.group}'`;
    await k.say(`Warning: resource '${mapping.resource}' is not namespace scoped${group}\n\n`);
  }
  if (
    mapping !== undefined &&
    ![
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
      'impersonate',
      '*',
      'escalate',
      'proxy',
      'approve',
      'sign',
    ].includes(verb)
  ) {
    await k.say(`Warning: verb '${verb}' is not a known verb\n`);
  }
  const subresource = k.flags.str('subresource');
  const namespace = mapping?.namespaced === false || k.flags.bool('all-namespaces') ? '' : k.namespace;
  return {
    ...(namespace !== '' && { namespace }),
    verb,
    group: mapping?.group ?? (type === '*' ? '*' : type.split('.').slice(1).join('.')),
    resource: mapping?.resource ?? type.split('.')[0],
    ...(subresource !== '' && { subresource }),
    ...(name !== '' && { name }),
  };
}

async function listRules(k: Kubectl): Promise<void> {
  const review = await k.rest.json('POST', `${REVIEW}/selfsubjectrulesreviews`, {
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: k.namespace } },
  });
  const brackets = (values: readonly unknown[]): string => `[${values.join(' ')}]`;
  const rows = [
    ...list(review, 'status', 'resourceRules').flatMap((rule) =>
      list(rule, 'resources').flatMap((resource) =>
        (list(rule, 'apiGroups').length > 0 ? list(rule, 'apiGroups') : ['']).map((group) => [
          group === '' ? String(resource) : `${String(resource)}.${String(group)}`,
          '[]',
          brackets(list(rule, 'resourceNames')),
          brackets(list(rule, 'verbs')),
        ]),
      ),
    ),
    ...list(review, 'status', 'nonResourceRules').flatMap((rule) =>
      list(rule, 'nonResourceURLs').map((url) => ['', brackets([url]), '[]', brackets(list(rule, 'verbs'))]),
    ),
  ].sort((a, b) => (a[0]! > b[0]! ? -1 : a[0]! < b[0]! ? 1 : 0));
  await k.print(plainTable(k.flags.bool('no-headers') ? undefined : ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'], rows));
}

export const whoami: Command = {
  name: 'auth whoami',
  summary: 'Experimental: Check self subject attributes',
  run: async (k) => {
    const review = await k.rest.json('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    });
    const format = outputFormat(k);
    if (format.name !== '') return k.print(objectPrinter(k, format)(review));
    const info = dict(review, 'status', 'userInfo');
    const rows = [['Username', str(info, 'username')]];
    if (str(info, 'uid') !== '') rows.push(['UID', str(info, 'uid')]);
    if (list(info, 'groups').length > 0) rows.push(['Groups', `[${list(info, 'groups').join(' ')}]`]);
    for (const [key, values] of Object.entries(dict(info, 'extra')).sort(([a], [b]) => (a < b ? -1 : 1)))
      rows.push([`Extra: ${key}`, `[${(values as string[]).join(' ')}]`]);
    await k.print(plainTable(['ATTRIBUTE', 'VALUE'], rows));
  },
};

export const reconcile: Command = {
  name: 'auth reconcile',
  summary: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
  complete: 'file',
  run: async (k) => {
    if (k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '') throw new CommandError('must specify one of -f and -k');
    const print = resultPrinter(k, dryRunOf(k));
    await visit(k, { args: [], latest: false }, async (info) => {
      const merged = await reconciled(k, info);
      await print(merged, 'reconciled');
    });
  },
};

/** Adds the rules or subjects that are missing; takes away extra ones where the flags ask for it. */
async function reconciled(k: Kubectl, info: Info): Promise<Obj> {
  const path = pathOf(info.mapping, info.namespace, info.name);
  const dry = dryRunOf(k);
  let live: Obj;
  try {
    live = await k.rest.json('GET', path);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return dry === 'none' ? k.rest.json('POST', pathOf(info.mapping, info.namespace), { body: info.object! }) : info.object!;
  }
  const field = info.mapping.resource.endsWith('bindings') ? 'subjects' : 'rules';
  const drop = k.flags.bool(field === 'rules' ? 'remove-extra-permissions' : 'remove-extra-subjects');
  const wanted = list(info.object, field);
  const there = list(live, field);
  const next = drop ? wanted : [...there, ...wanted.filter((w) => !there.some((t) => same(t, w)))];
  if (same(next, there) || dry !== 'none') return live;
  return k.rest.json('PUT', path, { body: put(live, [field], next) });
}

export const certificate: Command = {
  name: 'certificate',
  summary: 'Modify certificate resources',
  description: 'A signing request waits until somebody approves or denies it.',
};
export const approve = deciding(
  'approve',
  'Approved',
  'approved',
  'This CSR was approved by kubectl certificate approve.',
  'KubectlApprove',
);
export const deny = deciding('deny', 'Denied', 'denied', 'This CSR was denied by kubectl certificate deny.', 'KubectlDeny');

function deciding(name: string, type: string, word: string, message: string, reason: string): Command {
  return {
    name: `certificate ${name}`,
    summary: `${name === 'approve' ? 'Approve' : 'Deny'} a certificate signing request`,
    run: async (k) => {
      if (k.args.length === 0 && k.flags.list('filename').length === 0)
        throw new CommandError('one or more CSRs must be specified as <name> or -f <filename>');
      const args = k.args.length > 0 ? ['csr', ...k.args] : [];
      await visit(k, { args, latest: true }, async (info) => {
        const conditions = list(info.object, 'status', 'conditions');
        if (!conditions.some((c) => str(c, 'type') === type) || k.flags.bool('force')) {
          const at = rfc3339(k.io.clock.now());
          const added = { type, status: 'True', reason, message, lastUpdateTime: at, lastTransitionTime: at };
          const body = put(info.object!, ['status', 'conditions'], [...conditions.filter((c) => str(c, 'type') !== type), added]);
          await k.rest.json('PUT', pathOf(info.mapping, '', info.name, 'approval'), { body });
        }
        await k.print(`${nameOf(info.object!)} ${word}\n`);
      });
    },
  };
}
