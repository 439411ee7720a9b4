/** kubectl auth reconcile: adds what is missing to roles and bindings, and takes away what is too much where it is asked to.
 *  Upstream: staging/src/k8s.io/{kubectl/pkg/cmd/auth/reconcile.go,component-helpers/auth/rbac/reconciliation} */
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, isNotFound } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { type Obj, at, dict, list, put, same, str } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';
import { type Rule, type Subject, missingFrom, ruleStruct, subjectStruct, uncovered } from './rules.ts';
import { requireFile } from './create.ts';

export const reconcile: Command = {
  name: 'auth reconcile',
  summary: 'Reconciles rules for RBAC role, role binding, cluster role, and cluster role binding objects',
  complete: 'file',
  run: async (k) => {
    requireFile(k);
    const dryRun = dryRunOf(k);
    if (dryRun === 'server') throw new CommandError('--dry-run=server for command reconcile is not supported yet');
    const print = resultPrinter(k, dryRun, true);
    await visit(k, { args: [], latest: false }, async (info) => {
      if (info.mapping.group !== 'rbac.authorization.k8s.io') return;
      const live = await liveOf(k, info);
      const plan = planOf(k, info, live);
      const result = dryRun === 'none' ? await done(k, info, live, plan) : plan.object;
      await print(typed(result), 'reconciled');
      await report(k, plan);
    });
  },
};

type Operation = 'create' | 'update' | 'recreate' | '';
interface Plan {
  readonly object: Obj;
  readonly operation: Operation;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly what: 'rules' | 'subjects';
  readonly remove: boolean;
  readonly isProtected: boolean;
}

async function liveOf(k: Kubectl, info: Info): Promise<Obj | undefined> {
  try {
    return await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function planOf(k: Kubectl, info: Info, live: Obj | undefined): Plan {
  const wanted = info.object!;
  const what = info.mapping.resource.endsWith('bindings') ? 'subjects' : 'rules';
  const remove = k.flags.bool(what === 'rules' ? 'remove-extra-permissions' : 'remove-extra-subjects');
  const difference = (from: Obj | undefined, to: Obj | undefined): readonly (Rule | Subject)[] =>
    what === 'rules'
      ? uncovered(list(from, what) as Rule[], list(to, what) as Rule[])
      : missingFrom(list(from, what) as Subject[], list(to, what) as Subject[]);
  const text = (one: Rule | Subject): string => (what === 'rules' ? ruleStruct(one as Rule) : subjectStruct(one as Subject));
  if (live === undefined) {
    const missing = what === 'rules' ? (list(wanted, what) as Rule[]) : (list(wanted, what) as Subject[]);
    return { object: wanted, operation: 'create', missing: missing.map(text), extra: [], what, remove, isProtected: false };
  }
  const [missing, extra] = [difference(live, wanted), difference(wanted, live)];
  const isProtected = str(live, 'metadata', 'annotations', 'rbac.authorization.kubernetes.io/autoupdate') === 'false';
  const recreate = what === 'subjects' && !same(at(live, 'roleRef'), at(wanted, 'roleRef'));
  const changed = missing.length > 0 || (remove && extra.length > 0);
  const next = remove && changed ? list(wanted, what) : [...list(live, what), ...missing];
  let object = recreate ? wanted : changed ? put(live, [what], next) : live;
  for (const field of ['labels', 'annotations']) {
    const merged = { ...dict(wanted, 'metadata', field), ...dict(live, 'metadata', field) };
    if (Object.keys(merged).length > 0 && !same(merged, dict(live, 'metadata', field))) object = put(object, ['metadata', field], merged);
  }
  const operation = recreate ? 'recreate' : object === live ? '' : 'update';
  return { object, operation, missing: missing.map(text), extra: extra.map(text), what, remove, isProtected };
}

async function done(k: Kubectl, info: Info, live: Obj | undefined, { object, operation, isProtected }: Plan): Promise<Obj> {
  if (operation === '' || isProtected) return object;
  const path = pathOf(info.mapping, info.namespace, info.name);
  if (operation === 'update') return k.rest.json('PUT', path, { body: object });
  if (operation === 'recreate') {
    await k.rest.json('DELETE', path, { body: { preconditions: { uid: str(live, 'metadata', 'uid') } } });
  } else if (info.namespace !== '') await ensureNamespace(k, info.namespace);
  return k.rest.json('POST', pathOf(info.mapping, info.namespace), { body: object });
}

async function ensureNamespace(k: Kubectl, name: string): Promise<void> {
  try {
    await k.rest.json('GET', `/api/v1/namespaces/${name}`);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await k.rest.json('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } });
  }
}

async function report(k: Kubectl, plan: Plan): Promise<void> {
  if (plan.operation === '') return;
  const caveat = plan.isProtected ? ', but object opted out (rbac.authorization.kubernetes.io/autoupdate: false)' : '';
  await k.say(`\treconciliation required ${plan.operation}${caveat}\n`);
  const lines = (title: string, all: readonly string[]): string =>
    all.length === 0 ? '' : `\t${title}:\n${all.map((one) => `\t\t${one}\n`).join('')}`;
  await k.say(lines(`missing ${plan.what} added`, plan.missing) + (plan.remove ? lines(`extra ${plan.what} removed`, plan.extra) : ''));
}
