/** kubectl apply view-last-applied, set-last-applied and edit-last-applied.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/apply */
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { editText } from '../edit-text.ts';
import { type Info, visit } from '../infos.ts';
import { LAST_APPLIED, lastAppliedOf, withLastApplied } from '../last-applied.ts';
import { type Obj, at, goJson } from '../obj.ts';
import { dryRunOf, outputFormat, resultPrinter } from '../printers/output.ts';
import { patchObject } from '../writes.ts';
import { parseYaml, toYaml } from '../yaml.ts';

export const viewLastApplied: Command = {
  name: 'apply view-last-applied',
  summary: 'View the latest last-applied-configuration annotations of a resource/object',
  complete: 'resource',
  run: async (k) => {
    await visit(k, { args: k.args, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: true }, async (info) => {
      const applied = lastAppliedOf(info.object!);
      if (applied === undefined) return;
      await k.print(outputFormat(k).name === 'json' ? `${goJson(applied, 2)}\n` : toYaml(applied));
    });
  },
};

export const setLastApplied: Command = {
  name: 'apply set-last-applied',
  summary: 'Set the last-applied-configuration annotation on a live object to match the contents of a file',
  complete: 'file',
  run: async (k) => {
    if (k.flags.list('filename').length === 0) throw new CommandError('must specify one of -f and -k');
    await visit(k, { args: [], latest: false }, async (info) => {
      const wanted = info.object!;
      if (!k.flags.bool('create-annotation')) {
        const live = await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
        if (at(live, 'metadata', 'annotations', LAST_APPLIED) === undefined) {
          throw new CommandError(
            `no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`,
          );
        }
      }
      await write(k, info, wanted);
    });
  },
};

export const editLastApplied: Command = {
  name: 'apply edit-last-applied',
  summary: 'Edit latest last-applied-configuration annotations of a resource/object',
  complete: 'resource',
  run: async (k) => {
    await visit(k, { args: k.args, latest: true }, async (info) => {
      const before = toYaml(required(info));
      const text = await editText(k, `${info.name}-last-applied.yaml`, before);
      if (text === undefined || text === before) return k.say('Edit cancelled, no changes made.\n');
      await write(k, info, parseYaml(text, 'the edited file')[0] as Obj);
    });
  },
};

function required(info: Info): Obj {
  const applied = lastAppliedOf(info.object!);
  if (applied === undefined) throw new CommandError(`no last-applied-configuration annotation found on resource: ${info.name}`);
  return applied;
}

async function write(k: Kubectl, info: Info, wanted: Obj): Promise<void> {
  const annotation = at(withLastApplied(wanted), 'metadata', 'annotations', LAST_APPLIED);
  const dryRun = dryRunOf(k);
  const patch = { metadata: { annotations: { [LAST_APPLIED]: annotation } } };
  if (dryRun !== 'client')
    await patchObject(k, info.mapping, info.namespace, info.name, 'merge', patch, {
      query: dryRun === 'server' ? [['dryRun', 'All']] : [],
    });
  await resultPrinter(k, dryRun)(info.object!, k.path.includes('edit') ? 'edited' : 'configured');
}
