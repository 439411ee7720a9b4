/** kubectl edit.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go */
import type { Command, Kubectl } from '../command.ts';
import { findKind } from '../discovery.ts';
import { CommandError, errorText } from '../errors.ts';
import { editText } from '../edit-text.ts';
import { type Info, visit } from '../infos.ts';
import { isBuiltIn, withLastApplied } from '../last-applied.ts';
import { type Obj, goJson, same, str } from '../obj.ts';
import { outputFormat, resultPrinter, withoutManagedFields } from '../printers/output.ts';
import { twoWayMerge, twoWayPatch } from '../three-way.ts';
import { patchObject, writeQuery } from '../writes.ts';
import { parseYaml, toYaml } from '../yaml.ts';

const HEADER =
  "# Please edit the object below. Lines beginning with a '#' will be ignored,\n" +
  '# and an empty file will abort the edit. If an error occurs while saving this file will be\n# reopened with the relevant failures.\n#\n';

export const edit: Command = {
  name: 'edit',
  summary: 'Edit a resource on the server',
  description: 'Opens the live object in the editor and applies what you save.',
  examples: [{ comment: 'Edit a deployment', lines: ['kubectl edit deployment/web'] }],
  complete: 'resource',
  run: async (k) => {
    const infos: Info[] = [];
    await visit(k, { args: k.args, labelSelector: k.flags.str('selector'), latest: true }, async (info) => {
      infos.push(info);
    });
    if (infos.length === 0) throw new CommandError('edit cancelled, no objects found');
    for (const info of infos) await editOne(k, info);
  },
};

/** It became a kind that the server has not. */
const UNKNOWN = 'The edited file failed validation: no matches for its kind in its version';

async function editOne(k: Kubectl, info: Info): Promise<void> {
  const original = k.flags.bool('show-managed-fields') ? info.object! : withoutManagedFields(info.object!);
  const json = outputFormat(k).name === 'json';
  const clean = json ? `${goJson(original, 4)}\n` : toYaml(original);
  let problem = '';
  let text = clean;
  for (;;) {
    const header =
      HEADER +
      (problem === ''
        ? ''
        : `${problem
            .trimEnd()
            .split('\n')
            .map((l) => `# ${l}`)
            .join('\n')}\n#\n`);
    const saved = await editText(
      k,
      `${info.mapping.resource}-${info.name}.${json ? 'json' : 'yaml'}`,
      header + text,
      json ? 'json' : 'yaml',
    );
    const body = saved === undefined ? undefined : withoutComments(saved);
    if (body === undefined || body.trim() === '' || (body === withoutComments(text) && problem === '') || same(readBack(body), original)) {
      if (problem !== '') throw new CommandError('Edit cancelled, no valid changes were saved.');
      await k.say('Edit cancelled, no changes made.\n');
      return;
    }
    const again = problem !== '' && body === withoutComments(text);
    if (again && problem === UNKNOWN)
      await k.say(
        `A copy of your changes has been stored to "/tmp/kubectl-edit-${k.io.world.random.int(4_000_000_000)}.${json ? 'json' : 'yaml'}"\n`,
      );
    if (again) throw new CommandError('Edit cancelled, no valid changes were saved.');
    text = body;
    const edited = readBack(body);
    if (edited !== undefined && findKind(await k.discovery(), str(edited, 'apiVersion'), str(edited, 'kind')) === undefined) {
      problem = UNKNOWN;
      continue;
    }
    try {
      await save(k, info, original, parseYaml(body, 'the edited file')[0] as Obj);
      return;
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      problem = `${info.mapping.resource}${info.mapping.group === '' ? '' : `.${info.mapping.group}`} ${JSON.stringify(info.name)} was not valid:\n* ${errorText(error)}`;
      await k.say(`error: ${problem.split('\n')[0]}\n${errorText(error)}\n`);
    }
  }
}

function readBack(body: string): unknown {
  try {
    return parseYaml(body, '')[0];
  } catch {
    return undefined;
  }
}

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((l) => !l.startsWith('#'))
    .join('\n');

async function save(k: Kubectl, info: Info, original: Obj, edited: Obj): Promise<void> {
  if (str(edited, 'metadata', 'name') !== info.name) throw new CommandError('At least one of apiVersion, kind and name was changed');
  const meta = { ...edited.metadata, ...(original.metadata?.managedFields === undefined && managed(info)) };
  const wanted = k.flags.bool('save-config') ? withLastApplied({ ...edited, metadata: meta } as Obj) : edited;
  const builtIn = isBuiltIn(info.mapping.group, info.mapping.kind);
  const patch = builtIn ? twoWayPatch(original, withoutManagedFields(wanted)) : twoWayMerge(original, withoutManagedFields(wanted));
  if (k.flags.bool('output-patch')) await k.print(`Patch: ${goJson(patch)}\n`);
  const saved = await patchObject(k, info.mapping, info.namespace, info.name, builtIn ? 'strategic' : 'merge', patch, {
    query: writeQuery(k, { validation: true }),
    ...(k.flags.str('subresource') !== '' && { subresource: k.flags.str('subresource') }),
  });
  await resultPrinter(k, 'none')(saved, 'edited');
}

/** Who owns what is not shown in the editor, but is part of the object. */
const managed = (info: Info): object =>
  info.object?.metadata?.managedFields === undefined ? {} : { managedFields: info.object.metadata.managedFields };
