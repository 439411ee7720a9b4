/** kubectl patch.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/patch/patch.go */
import { utf8 } from '../../base/bytes.ts';
import type { Command, Kubectl } from '../command.ts';
import { apiVersionOf } from '../discovery.ts';
import { CommandError, isReason } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { mergePatched } from '../json-merge.ts';
import { type JsonPatchOp, applyJsonPatch } from '../json-patch.ts';
import { mergeStrategic } from '../kustomize-patch.ts';
import { readText } from '../manifests.ts';
import { type Obj, at, same, str } from '../obj.ts';
import { resolvePath } from '../paths.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { CONTENT, type PatchType, patchObject, writeQuery } from '../writes.ts';
import { parseYaml } from '../yaml.ts';

export const patch: Command = {
  name: 'patch',
  summary: 'Update fields of a resource',
  description:
    'The patch is JSON or YAML. A strategic patch merges lists by key, a merge patch replaces them, a json patch is a list of operations.',
  examples: [
    { comment: 'Mark a node', lines: [`kubectl patch node worker-1 -p '{"spec":{"unschedulable":true}}'`] },
    {
      comment: 'Operation by operation',
      lines: [`kubectl patch deployment web --type=json -p='[{"op":"replace","path":"/spec/replicas","value":3}]'`],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    const { flags } = k;
    if (flags.changed('patch') && flags.changed('patch-file')) throw new CommandError('cannot specify --patch and --patch-file together');
    const file = flags.str('patch-file');
    const text = file === '' ? flags.str('patch') : readText(k.io, resolvePath(k.io.cwd, file), file);
    if (text === '') throw new CommandError('must specify --patch or --patch-file containing the contents of the patch');
    const type = flags.str('type').toLowerCase();
    if (!['json', 'merge', 'strategic'].includes(type))
      throw new CommandError(`--type must be one of [json merge strategic], not ${JSON.stringify(flags.str('type'))}`);
    const body = parsed(text);
    const count = await visit(k, { args: k.args, latest: 'named', subresource: '' }, (info) => patchOne(k, info, type as PatchType, body));
    if (count === 0) throw new CommandError('no objects passed to patch');
  },
};

/** What looks like JSON goes to the server as it is; the rest is YAML. */
function parsed(text: string): object {
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as object;
    } catch {
      return utf8(text);
    }
  }
  let value: unknown;
  try {
    value = parseYaml(text, 'patch')[0];
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^error parsing patch: error converting YAML to JSON: /, '') : '';
    throw new CommandError(`unable to parse ${JSON.stringify(text)}: ${detail}`);
  }
  if (typeof value !== 'object' || value === null)
    throw new CommandError(`unable to parse ${JSON.stringify(text)}: yaml: the patch is no map and no list`);
  return value;
}

async function patchOne(k: Kubectl, info: Info, type: PatchType, body: object): Promise<void> {
  const dryRun = dryRunOf(k);
  const before = info.object!;
  const local = k.flags.bool('local') || dryRun === 'client';
  const after = local ? locally(before, type, body) : await sent(k, info, type, body);
  const changed =
    str(after, 'metadata', 'resourceVersion') !== str(before, 'metadata', 'resourceVersion') ||
    // Who takes the last finalizer away ends the object, without another revision of it.
    !same(at(after, 'metadata', 'finalizers'), at(before, 'metadata', 'finalizers')) ||
    (dryRun !== 'none' && !same(at(after, 'spec'), at(before, 'spec'))) ||
    (local && !same(after, before));
  await resultPrinter(k, 'none')(after, changed ? 'patched' : 'patched (no change)');
}

async function sent(k: Kubectl, info: Info, type: PatchType, body: object): Promise<Obj> {
  try {
    return await patchObject(k, info.mapping, info.namespace, info.name, type, body, {
      query: writeQuery(k),
      ...(k.flags.str('subresource') !== '' && { subresource: k.flags.str('subresource') }),
    });
  } catch (error) {
    if (!isReason(error, 'UnsupportedMediaType')) throw error;
    throw new CommandError(
      `${CONTENT[type]} is not supported by ${apiVersionOf(info.mapping)}, Kind=${info.mapping.kind}: ${error.message}`,
    );
  }
}

/** What the server would make of it. */
function locally(object: Obj, type: PatchType, body: object): Obj {
  if (type === 'json') return applyJsonPatch(object, body as JsonPatchOp[]) as Obj;
  return (type === 'merge' ? mergePatched(object, body) : mergeStrategic(object, body, '')) as Obj;
}
