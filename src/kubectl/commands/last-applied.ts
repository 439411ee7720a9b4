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
    const selection = { args: k.args, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: true, stopAtFirst: true };
    await visit(k, selection, async (info) => {
      const applied = lastAppliedOf(info.object!);
      // An object of a file without it is told of in just these words; one that was named is passed over.
      if (applied === undefined && info.source !== '')
        throw new CommandError(
          `error when no last-applied-configuration annotation found on resource: ${info.name}\n ${JSON.stringify(info.source)}: <nil>`,
        );
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
    const found: { readonly info: Info; readonly text: string }[] = [];
    await visit(k, { args: [], latest: false, stopAtFirst: true }, async (info) => {
      const live = await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
      const before = at(live, 'metadata', 'annotations', LAST_APPLIED);
      if (before === undefined && !k.flags.bool('create-annotation'))
        throw new CommandError(
          `no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`,
        );
      const text = `${goJson(info.object)}\n`;
      if (before === text) await k.print(`set-last-applied ${info.name}: no changes required.\n`);
      else found.push({ info: { ...info, object: live }, text });
    });
    for (const { info, text } of found) await write(k, info, text);
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
      const edited = parseYaml(text, 'the edited file')[0] as Obj;
      await write(k, info, at(withLastApplied(edited), 'metadata', 'annotations', LAST_APPLIED) as string);
    });
  },
};

function required(info: Info): Obj {
  const applied = lastAppliedOf(info.object!);
  if (applied === undefined)
    throw new CommandError(
      'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
    );
  return applied;
}

async function write(k: Kubectl, info: Info, text: string): Promise<void> {
  const dryRun = dryRunOf(k);
  const patch = { metadata: { annotations: { [LAST_APPLIED]: text } } };
  const written =
    dryRun === 'client'
      ? info.object!
      : await patchObject(k, info.mapping, info.namespace, info.name, 'merge', patch, {
          query: dryRun === 'server' ? [['dryRun', 'All']] : [],
        });
  await resultPrinter(k, dryRun)(written, k.path.includes('edit') ? 'edited' : 'configured');
}
