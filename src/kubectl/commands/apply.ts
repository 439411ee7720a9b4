/** kubectl apply: creates what is missing and changes what differs, with the last applied file as the third side of the
 *  merge; or leaves the merge to the server with --server-side.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/apply/apply.go */
import { matches, parseSelector } from '../../api/selectors.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, StatusError, isNotFound, isReason, usageError, withSource } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { annotationOwners, upgradePatch } from '../csa-upgrade.ts';
import { LAST_APPLIED, isBuiltIn, lastAppliedOf, withLastApplied } from '../last-applied.ts';
import { type Obj, at, goJson, str } from '../obj.ts';
import { conflictOf } from '../patch-conflict.ts';
import { type DryRun, dryRunOf, outputFormat, resultPrinter } from '../printers/output.ts';
import { causeRecorded } from '../record.ts';
import { jsonMergePatch, strategicPatch } from '../three-way.ts';
import { fieldValidation, patchObject, writeQuery } from '../writes.ts';
import { requireFile } from './create.ts';
import { waitDeleted } from './delete.ts';
import { prune } from './prune.ts';

export const apply: Command = {
  name: 'apply',
  summary: 'Apply a configuration to a resource by file name or stdin',
  description:
    'Creates the resources of the files where they are missing, and changes them where they differ. What you leave out of a file later is removed again, because apply remembers what it applied.',
  examples: [
    { comment: 'Apply one file, or every file of a directory', lines: ['kubectl apply -f ./pod.yaml', 'kubectl apply -f ./manifests/'] },
    { comment: 'Apply a kustomization', lines: ['kubectl apply -k ./overlay'] },
    { comment: 'Let the server merge and keep track of who owns which field', lines: ['kubectl apply --server-side -f ./pod.yaml'] },
  ],
  complete: 'file',
  run,
};

type Print = (object: Obj, operation: string) => Promise<void>;

async function run(k: Kubectl): Promise<void> {
  if (k.args.length > 0) throw usageError('apply', `Unexpected args: [${k.args.join(' ')}]`);
  requireFile(k);
  fieldValidation(k);
  const dryRun = dryRunOf(k);
  const serverSide = k.flags.bool('server-side');
  if (serverSide && dryRun === 'client')
    throw new CommandError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  if (k.flags.bool('force-conflicts') && !serverSide) throw new CommandError('--force-conflicts only works with --server-side');
  if (k.flags.bool('force') && serverSide) throw new CommandError('--force cannot be used with --server-side');
  if (k.flags.bool('all') && k.flags.str('selector') !== '') throw new CommandError('cannot set --all and --selector at the same time');
  if (k.flags.bool('prune') && !k.flags.bool('all') && k.flags.str('selector') === '') {
    throw new CommandError(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. ' +
        'If you did not mean to prune all resources, specify a label selector',
    );
  }
  const print = resultPrinter(k, dryRun);
  const selector = parseSelector(k.flags.str('selector'));
  const visited: Info[] = [];
  const count = await visit(k, { args: [], latest: false }, async (info) => {
    if (!matches(selector, info.object?.metadata?.labels ?? {})) return;
    visited.push(info);
    if (serverSide) await applyOnServer(k, info, print);
    else await applyOne(k, info, dryRun, print);
  });
  if (count === 0) throw new CommandError('no objects passed to apply');
  if (k.flags.bool('prune')) await prune(k, visited, dryRun);
}

export async function applyOne(k: Kubectl, info: Info, dryRun: DryRun, print: Print): Promise<void> {
  const modified = withLastApplied(causeRecorded(k, info.object!));
  const live = await liveObject(k, info);
  if (live === undefined) {
    if (dryRun === 'client') return print(modified, 'created');
    let created: Obj;
    try {
      const made = await k.rest.json('POST', pathOf(info.mapping, info.namespace), {
        body: modified,
        query: writeQuery(k, { validation: true }),
      });
      created = made;
    } catch (error) {
      throw withSource('creating', info.source, error);
    }
    return print(created, 'created');
  }
  if (at(live, 'metadata', 'annotations', LAST_APPLIED) === undefined) await k.say(`Warning: ${missingAnnotation(info)}\n`);
  if (dryRun === 'client') {
    const format = outputFormat(k).name;
    return print(format === '' || format === 'name' ? live : preview(live, modified), 'configured');
  }
  if (k.flags.bool('openapi-patch')) await k.openApi.mergeKeys();
  const patch = applyPatch(info, lastAppliedOf(live) ?? {}, modified, live);
  if (Object.keys(patch).length === 0) return print(live, 'unchanged');
  const conflict = k.flags.bool('overwrite') ? undefined : conflictOf(live, modified, patch);
  if (conflict !== undefined) {
    if (k.flags.bool('openapi-patch')) await k.say(`warning: error calculating patch from openapi spec: ${conflict.brief}\n`);
    throw new CommandError(patchFailure(info, '', conflict.whole));
  }
  try {
    await print(await patchWithRetry(k, info, modified, patch), 'configured');
  } catch (error) {
    if (!k.flags.bool('force') || !(isReason(error, 'Conflict') || isReason(error, 'Invalid'))) throw applyFailure(error, info, patch);
    await k.rest.json('DELETE', pathOf(info.mapping, info.namespace, info.name), {
      body: { propagationPolicy: 'Background', ...grace(k) },
    });
    await waitDeleted(k, { ...info, object: live }, undefined);
    await print(
      await k.rest.json('POST', pathOf(info.mapping, info.namespace), { body: modified, query: writeQuery(k, { validation: true }) }),
      'configured',
    );
  }
}

const grace = (k: Kubectl): object => (k.flags.int('grace-period') >= 0 ? { gracePeriodSeconds: k.flags.int('grace-period') } : {});

/** What the object would be, as far as a client can tell. */
function preview(live: Obj, modified: Obj): Obj {
  return { ...live, ...modified, metadata: { ...live.metadata, ...modified.metadata } } as Obj;
}

async function liveObject(k: Kubectl, info: Info): Promise<Obj | undefined> {
  if (info.name === '') {
    const generateName = str(info.object, 'metadata', 'generateName');
    if (generateName !== '') throw new CommandError(`from ${generateName}: cannot use generate name with apply`);
    throw new CommandError(
      `error when retrieving current configuration of:\n${describeInfo(info)}\nfrom server for: ${JSON.stringify(info.source)}: resource name may not be empty`,
    );
  }
  try {
    return await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (error instanceof StatusError) {
      throw new StatusError(
        error.status,
        `error when retrieving current configuration of:\n${describeInfo(info)}\nfrom server for: ${JSON.stringify(info.source)}: ${error.message}`,
      );
    }
    throw error;
  }
}

export function applyPatch(info: Info, original: Obj, modified: Obj, live: Obj): Readonly<Record<string, unknown>> {
  return isBuiltIn(info.mapping.group, info.mapping.kind)
    ? strategicPatch(original, modified, live)
    : jsonMergePatch(original, modified, live);
}

/** Somebody may write between our read and our patch: read again and make a new patch, five times. */
async function patchWithRetry(k: Kubectl, info: Info, modified: Obj, first: object): Promise<Obj> {
  const type = isBuiltIn(info.mapping.group, info.mapping.kind) ? 'strategic' : 'merge';
  let patch = first;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await patchObject(k, info.mapping, info.namespace, info.name, type, patch, { query: writeQuery(k, { validation: true }) });
    } catch (error) {
      if (!isReason(error, 'Conflict') || attempt >= 5) throw error;
      const live = await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
      patch = applyPatch(info, lastAppliedOf(live) ?? {}, modified, live);
    }
  }
}

const patchFailure = (info: Info, patch: string, text: string): string =>
  `error when applying patch:\n${patch}\nto:\n${describeInfo(info)}\nfor: ${JSON.stringify(info.source)}: error when patching ${JSON.stringify(info.source)}: ${text}`;

function applyFailure(error: unknown, info: Info, patch: object): unknown {
  const text = error instanceof Error ? error.message : '';
  const message = patchFailure(info, goJson(patch), text);
  return error instanceof StatusError ? new StatusError(error.status, message) : error;
}

function describeInfo(info: Info): string {
  const { mapping } = info;
  const gv = mapping.group === '' ? `/${mapping.version}` : `${mapping.group}/${mapping.version}`;
  return `Resource: "${gv}, Resource=${mapping.resource}", GroupVersionKind: "${gv}, Kind=${mapping.kind}"\nName: ${JSON.stringify(info.name)}, Namespace: ${JSON.stringify(info.namespace)}`;
}

function missingAnnotation(info: Info): string {
  return (
    `resource ${info.mapping.resource}/${info.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. ` +
    'kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. ' +
    'The missing annotation will be patched automatically.'
  );
}

async function applyOnServer(k: Kubectl, info: Info, print: Print): Promise<void> {
  const manager = k.flags.changed('field-manager') ? k.flags.str('field-manager') : SERVER_SIDE;
  try {
    const applied = await sendApplied(k, info, manager);
    await print(await migrated(k, info, applied, manager), 'serverside-applied');
  } catch (error) {
    if (!isReason(error, 'Conflict') || !(error instanceof StatusError)) throw error;
    throw new CommandError(
      `${error.message}\nPlease review the fields above--they currently have other managers. Here\n` +
        'are the ways you can resolve this warning:\n' +
        '* If you intend to manage all of these fields, please re-run the apply\n  command with the `--force-conflicts` flag.\n' +
        '* If you do not intend to manage all of the fields, please edit your\n  manifest to remove references to the fields that should keep their\n  current managers.\n' +
        "* You may co-own fields by updating your manifest to match the existing\n  value; in this case, you'll become the manager if the other manager(s)\n" +
        '  stop managing the field (remove it from their configuration).\nSee https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts',
    );
  }
}

/** Who applies on the server where nobody says otherwise, and who then keeps the annotation of client-side apply. */
const [SERVER_SIDE, KEEPER] = ['kubectl', 'kubectl-last-applied'];

function serverQuery(k: Kubectl, manager: string): [string, string][] {
  const dry: [string, string][] = dryRunOf(k) === 'server' ? [['dryRun', 'All']] : [];
  return [...dry, ['fieldManager', manager], ['fieldValidation', fieldValidation(k)]];
}

const sendApplied = (k: Kubectl, info: Info, manager: string): Promise<Obj> =>
  patchObject(k, info.mapping, info.namespace, info.name, 'apply', info.object!, {
    query: [...serverQuery(k, manager), ['force', String(k.flags.bool('force-conflicts'))]],
    subresource: k.flags.str('subresource'),
  });

/** What client-side apply owned becomes ours, and what was applied is applied again: it may drop fields now. The object was
 *  applied by then, so that what fails here is only told. */
async function migrated(k: Kubectl, info: Info, applied: Obj, manager: string): Promise<Obj> {
  let object: Obj;
  try {
    object = manager === SERVER_SIDE ? await keepLastApplied(k, info, applied) : applied;
    if (!(await upgradeManagers(k, info, object, manager))) return applied;
  } catch (error) {
    await notMigrated(k, `failed to migrate ${LAST_APPLIED} for Server-Side Apply`, error);
    return applied;
  }
  try {
    return await sendApplied(k, info, manager);
  } catch (error) {
    await notMigrated(k, 'failed to re-apply configuration after performing Server-Side Apply migration', error);
    return object;
  }
}

async function notMigrated(k: Kubectl, what: string, error: unknown): Promise<void> {
  if (!(error instanceof StatusError)) throw error;
  await k.say(`Warning: ${what}. This is non-fatal and will be retried next time you apply. Error: ${error.message}\n`);
}

/** True where something changed. */
async function upgradeManagers(k: Kubectl, info: Info, first: Obj, manager: string): Promise<boolean> {
  let object = first;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const patch = upgradePatch(object, annotationOwners(object, 'Update'), manager);
    if (patch === undefined) return false;
    try {
      await patchObject(k, info.mapping, info.namespace, info.name, 'json', patch, { query: serverQuery(k, manager) });
      return true;
    } catch (error) {
      if (!isReason(error, 'Conflict')) throw error;
      object = await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
    }
  }
  return false;
}

const ATTEMPTS = 5;

/** The annotation of client-side apply must have an owner that applies, or the upgrade would drop it. */
async function keepLastApplied(k: Kubectl, info: Info, applied: Obj): Promise<Obj> {
  const annotation = at(applied, 'metadata', 'annotations', LAST_APPLIED);
  if (annotation === undefined || annotationOwners(applied, 'Apply').length > 0) return applied;
  const { namespace, name, object } = info;
  const patch = {
    apiVersion: object!.apiVersion,
    kind: object!.kind,
    metadata: { name, ...(namespace !== '' && { namespace }), annotations: { [LAST_APPLIED]: annotation } },
  };
  return patchObject(k, info.mapping, namespace, name, 'apply', patch, { query: serverQuery(k, KEEPER) });
}
