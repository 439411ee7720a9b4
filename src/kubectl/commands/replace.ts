/** kubectl replace.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go */
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, isNotFound, withSource } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { LAST_APPLIED, withLastApplied } from '../last-applied.ts';
import { type Obj, at, put, str } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { createObject, writeQuery } from '../writes.ts';
import { requireFile } from './create.ts';
import { waitDeleted } from './delete.ts';

export const replace: Command = {
  name: 'replace',
  summary: 'Replace a resource by file name or stdin',
  examples: [
    { comment: 'Put the whole object in place of the live one', lines: ['kubectl replace -f ./pod.yaml'] },
    { comment: 'Delete it first, where a field may not change', lines: ['kubectl replace --force -f ./pod.yaml'] },
  ],
  complete: 'file',
  run: async (k) => {
    requireFile(k);
    const print = resultPrinter(k, dryRunOf(k));
    const infos: Info[] = [];
    await visit(k, { args: [], latest: false }, async (info) => {
      infos.push(info);
    });
    if (infos.length === 0) throw new CommandError('no objects passed to replace');
    if (k.flags.bool('force')) return forceReplace(k, infos, print);
    for (const info of infos) await print(await replaceOne(k, info), 'replaced');
  },
};

async function replaceOne(k: Kubectl, info: Info): Promise<Obj> {
  if (dryRunOf(k) === 'client') return info.object!;
  const path = pathOf(info.mapping, info.namespace, info.name, k.flags.str('subresource') || undefined);
  try {
    const live = await k.rest.json('GET', path);
    const annotated = k.flags.bool('save-config') || at(live, 'metadata', 'annotations', LAST_APPLIED) !== undefined;
    const object = annotated ? withLastApplied(info.object!) : info.object!;
    const versioned =
      str(object, 'metadata', 'resourceVersion') === ''
        ? put(object, ['metadata', 'resourceVersion'], str(live, 'metadata', 'resourceVersion'))
        : object;
    return await k.rest.json('PUT', path, { body: versioned, query: writeQuery(k, { validation: true }) });
  } catch (error) {
    throw withSource('replacing', info.source, error);
  }
}

async function forceReplace(k: Kubectl, infos: readonly Info[], print: (object: Obj, operation: string) => Promise<void>): Promise<void> {
  const seconds = k.flags.int('grace-period') >= 0 ? k.flags.int('grace-period') : 0;
  for (const info of infos) {
    const path = pathOf(info.mapping, info.namespace, info.name);
    try {
      const live = await k.rest.json('GET', path);
      await k.rest.json('DELETE', path, { body: { gracePeriodSeconds: seconds, propagationPolicy: 'Background' } });
      await k.print(
        `${info.mapping.kind.toLowerCase()}${info.mapping.group === '' ? '' : `.${info.mapping.group}`} ${JSON.stringify(info.name)} deleted\n`,
      );
      await waitDeleted(k, { ...info, object: live }, undefined);
    } catch (error) {
      if (!isNotFound(error)) throw withSource('deleting', info.source, error);
    }
  }
  for (const info of infos) await print(await createObject(k, info.mapping, info.namespace, info.object!, info.source), 'replaced');
}
