/** kubectl label and annotate.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/{label/label.go,annotate/annotate.go} */
import { labelValueErrors } from '../../api/names.ts';
import type { Command, Kubectl } from '../command.ts';
import { CommandError } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { mergePatched } from '../json-merge.ts';
import { type Obj, dict } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { CHANGE_CAUSE } from '../record.ts';
import { patchObject, writeQuery } from '../writes.ts';

export const label: Command = {
  name: 'label',
  summary: 'Update the labels on a resource',
  examples: [
    {
      comment: 'Set a label; change one that is there',
      lines: ['kubectl label pod web tier=front', 'kubectl label --overwrite pod web tier=back'],
    },
    { comment: 'Remove one', lines: ['kubectl label pod web tier-'] },
  ],
  complete: 'resource',
  run: (k) => run(k, 'labels'),
};

export const annotate: Command = {
  name: 'annotate',
  summary: 'Update the annotations on a resource',
  examples: [
    {
      comment: 'Set an annotation; remove it',
      lines: ["kubectl annotate pod web description='the site'", 'kubectl annotate pod web description-'],
    },
  ],
  complete: 'resource',
  run: (k) => run(k, 'annotations'),
};

type Field = 'labels' | 'annotations';
interface Changes {
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

async function run(k: Kubectl, field: Field): Promise<void> {
  const { resources, changes } = split(k, field);
  const listOnly = k.flags.bool('list');
  const word = field === 'labels' ? 'label' : 'annotation';
  if (resources.length === 0 && k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '') {
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  }
  if (!listOnly && Object.keys(changes.set).length === 0 && changes.remove.length === 0)
    throw new CommandError(`at least one ${word} update is required`);
  if (field === 'labels') checkLabels(changes);
  const single = resources.length === 2 || (resources.length === 1 && resources[0]!.includes('/'));
  const count = await visit(
    k,
    {
      args: resources,
      labelSelector: k.flags.str('selector'),
      fieldSelector: k.flags.str('field-selector'),
      all: k.flags.bool('all'),
      allNamespaces: k.flags.bool('all-namespaces'),
      latest: !k.flags.bool('local'),
    },
    async (info) => (listOnly ? show(k, info, field, single) : change(k, info, field, changes)),
  );
  if (count === 0) throw new CommandError('no resources found');
}

/** Words with `=`, or that end in `-`, are changes; the ones before them name resources. */
function split(k: Kubectl, field: Field): { resources: readonly string[]; changes: Changes } {
  const isChange = (word: string): boolean =>
    (word.includes('=') && !/^[^=]*\/[^=]*\/[^=]*=/.test(word)) || (word.endsWith('-') && word !== '-');
  const at = k.args.findIndex(isChange);
  const resources = at < 0 ? k.args : k.args.slice(0, at);
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const word of at < 0 ? [] : k.args.slice(at)) {
    const equals = word.indexOf('=');
    if (equals > 0) set[word.slice(0, equals)] = word.slice(equals + 1);
    else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else
      throw new CommandError(
        field === 'labels' ? `unknown label spec: ${word}` : 'all resources must be specified before annotation changes: ' + word,
      );
  }
  const both = remove.filter((key) => Object.hasOwn(set, key));
  if (both.length > 0)
    throw new CommandError(
      `can not both modify and remove ${field === 'labels' ? 'a label' : 'the following annotation(s)'} in the same command${field === 'labels' ? '' : `: ${both.join(', ')}`}`,
    );
  return { resources, changes: { set, remove } };
}

function checkLabels(changes: Changes): void {
  for (const [key, value] of Object.entries(changes.set)) {
    const bad = [...labelValueErrors(value)];
    if (bad.length > 0) throw new CommandError(`invalid label value: ${JSON.stringify(`${key}=${value}`)}: ${bad.join('; ')}`);
  }
}

async function show(k: Kubectl, info: Info, field: Field, single: boolean): Promise<void> {
  if (!single)
    await k.print(
      `Listing ${field} for ${info.mapping.kind}.${info.mapping.group === '' ? info.mapping.version : `${info.mapping.group}/${info.mapping.version}`}/${info.name}:\n`,
    );
  for (const [key, value] of Object.entries(dict(info.object, 'metadata', field)).sort(([a], [b]) => (a < b ? -1 : 1)))
    await k.print(`${single ? '' : ' '}${key}=${String(value)}\n`);
}

async function change(k: Kubectl, info: Info, field: Field, changes: Changes): Promise<void> {
  const before = dict(info.object, 'metadata', field);
  if (!k.flags.bool('overwrite')) refuseOverwrite(changes, before, field);
  const version = k.flags.str('resource-version');
  const patch: Record<string, string | null> = {};
  for (const [key, value] of Object.entries(changes.set)) if (before[key] !== value) patch[key] = value;
  for (const key of changes.remove) {
    if (key in before) patch[key] = null;
    else if (field === 'labels') await k.print(`label ${JSON.stringify(key)} not found.\n`);
  }
  const dryRun = dryRunOf(k);
  const after = mergePatched(info.object, { metadata: { [field]: patch, ...(version !== '' && { resourceVersion: version }) } }) as Obj;
  const unchanged = Object.keys(patch).length === 0;
  const local = dryRun === 'client' || k.flags.bool('local');
  const body = { metadata: { [field]: patch, ...(version !== '' && { resourceVersion: version }) } };
  // What was made of the object here is printed, not what the server answers; a dry run on the server shows its answer.
  const answer =
    local || unchanged ? after : await patchObject(k, info.mapping, info.namespace, info.name, 'merge', body, { query: writeQuery(k) });
  const result = dryRun === 'server' ? answer : after;
  await resultPrinter(k, dryRun)(result, operation(field, changes, unchanged));
}

function operation(field: Field, changes: Changes, unchanged: boolean): string {
  if (field === 'annotations') return 'annotated';
  if (unchanged) return 'not labeled';
  return Object.keys(changes.set).length === 0 ? 'unlabeled' : 'labeled';
}

function refuseOverwrite(changes: Changes, before: Readonly<Record<string, unknown>>, field: Field): void {
  const clashes = Object.entries(changes.set).filter(([key, value]) => key in before && before[key] !== value && key !== CHANGE_CAUSE);
  if (clashes.length === 0) return;
  if (field === 'labels')
    throw new CommandError(
      clashes.map(([key]) => `'${key}' already has a value (${String(before[key])}), and --overwrite is false`).join('; '),
    );
  throw new CommandError(
    `--overwrite is false but found the following declared annotation(s): ${clashes.map(([key]) => `'${key}' already has a value (${String(before[key])})`).join('; ')}`,
  );
}
