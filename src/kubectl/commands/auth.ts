/** kubectl auth can-i and whoami; reconcile stands beside it.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/auth */
import type { Command, Kubectl } from '../command.ts';
import { type Mapping, findResource } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { byText, dict, list, str } from '../obj.ts';
import { objectPrinter, outputFormat } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';
import { plainTable } from '../printers/table.ts';
import { ACCEPT_ANY } from '../rest.ts';
import { type Rule, brackets, broken, compacted, ruleText } from './rules.ts';

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
    const [verb, what] = k.args;
    if (verb === undefined || what === undefined || k.args.length > 2) {
      throw new CommandError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
      );
    }
    const spec = what.startsWith('/')
      ? { nonResourceAttributes: { path: what, verb } }
      : { resourceAttributes: await attributes(k, verb, what) };
    const review = await k.rest.json('POST', `${REVIEW}/selfsubjectaccessreviews`, {
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
      typed: true,
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

/** Real kubectl reads there whether the type has a namespace, which we know. */
async function askResources(k: Kubectl, mapping: Mapping | undefined): Promise<void> {
  if (mapping === undefined) return;
  const root = mapping.group === '' ? `/api/${mapping.version}` : `/apis/${mapping.group}/${mapping.version}`;
  await k.rest.text('GET', root, { accept: ACCEPT_ANY, headers: { 'if-none-match': '*' } });
}

const KNOWN_VERBS = 'get list watch create update patch delete deletecollection use bind impersonate * escalate proxy approve sign'.split(
  ' ',
);

async function attributes(k: Kubectl, verb: string, what: string): Promise<object> {
  const [type = '', name = ''] = what.split('/');
  const mapping = type === '*' ? undefined : findResource(await k.discovery(), type);
  if (type !== '*' && mapping === undefined) await k.say(`Warning: the server doesn't have a resource type '${type}'\n\n`);
  else if (mapping !== undefined && !mapping.namespaced && !k.flags.bool('all-namespaces')) {
    const group = mapping.group === '' ? '' : ` in group '${mapping.group}'`;
    await k.say(`Warning: resource '${mapping.resource}' is not namespace scoped${group}\n\n`);
  }
  if (mapping !== undefined && !KNOWN_VERBS.includes(verb)) await k.say(`Warning: verb '${verb}' is not a known verb\n\n`);
  await askResources(k, mapping);
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

/** "pods/log" of "apps" is "pods.apps/log". */
function combined({ resources = [], apiGroups = [] }: Rule): string {
  const [resource, subresource] = (resources[0] ?? '').split('/');
  return `${resource}${apiGroups[0] ? `.${apiGroups[0]}` : ''}${subresource === undefined ? '' : `/${subresource}`}`;
}

async function listRules(k: Kubectl): Promise<void> {
  const review = await k.rest.json('POST', `${REVIEW}/selfsubjectrulesreviews`, {
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: k.namespace } },
    typed: true,
  });
  const status = dict(review, 'status');
  const rules = compacted(broken([...(list(status, 'resourceRules') as Rule[]), ...(list(status, 'nonResourceRules') as Rule[])]));
  const rows = rules
    .sort((a, b) => byText(ruleText(a), ruleText(b)))
    .map((rule) => [combined(rule), brackets(rule.nonResourceURLs), brackets(rule.resourceNames), brackets(rule.verbs)]);
  await k.print(plainTable(k.flags.bool('no-headers') ? undefined : ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'], rows));
}

export const whoami: Command = {
  name: 'auth whoami',
  summary: 'Experimental: Check self subject attributes',
  run: async (k) => {
    const review = await k.rest.json('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      typed: true,
    });
    const format = outputFormat(k);
    if (k.flags.str('output') !== '') return k.print(objectPrinter(k, format, true)(typed(review)));
    const info = dict(review, 'status', 'userInfo');
    const rows = [['Username', str(info, 'username')]];
    if (str(info, 'uid') !== '') rows.push(['UID', str(info, 'uid')]);
    if (list(info, 'groups').length > 0) rows.push(['Groups', `[${list(info, 'groups').join(' ')}]`]);
    for (const [key, values] of Object.entries(dict(info, 'extra')).sort(([a], [b]) => (a < b ? -1 : 1)))
      rows.push([`Extra: ${key}`, `[${(values as string[]).join(' ')}]`]);
    await k.print(plainTable(['ATTRIBUTE', 'VALUE'], rows));
  },
};
