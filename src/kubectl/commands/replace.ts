/** kubectl replace.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/replace/replace.go */
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, StatusError, isNotFound, withSource } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { LAST_APPLIED, withLastApplied } from '../last-applied.ts';
import { type Obj, at, put, str } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { createObject, writeQuery } from '../writes.ts';
import { requireFile, sendRaw } from './create.ts';
import { propagation, waitDeleted } from './delete.ts';

export const replace: Command = {
  name: 'replace',
  summary: 'Replace a resource by file name or stdin',
  examples: [
    { comment: 'Put the whole object in place of the live one', lines: ['kubectl replace -f ./pod.yaml'] },
    { comment: 'Delete it first, where a field may not change', lines: ['kubectl replace --force -f ./pod.yaml'] },
  ],
  complete: 'file',
  run: async (k) => {
    if (k.flags.str('raw') !== '') return sendRaw(k, 'PUT');
    requireFile(k);
    propagation(k.flags.str('cascade'));
    const print = resultPrinter(k, dryRunOf(k));
    const infos: Info[] = [];
    const force = k.flags.bool('force');
    const count = await visit(k, { args: [], latest: false }, async (info) => {
      if (force) infos.push(info);
      else await print(await replaceOne(k, info), 'replaced');
    });
    if (count === 0) throw new CommandError('no objects passed to replace');
    if (force) return forceReplace(k, infos, print);
  },
};

async function replaceOne(k: Kubectl, info: Info): Promise<Obj> {
  if (dryRunOf(k) === 'client') return info.object!;
  const path = pathOf(info.mapping, info.namespace, info.name, k.flags.str('subresource') || undefined);
  try {
    const annotated = k.flags.bool('save-config') || at(info.object, 'metadata', 'annotations', LAST_APPLIED) !== undefined;
    const object = annotated ? withLastApplied(info.object!) : info.object!;
    const version = str(object, 'metadata', 'resourceVersion') || (await liveVersion(k, path));
    const versioned = version === '' ? object : put(object, ['metadata', 'resourceVersion'], version);
    return await k.rest.json('PUT', path, { body: versioned, query: writeQuery(k, { validation: true }) });
  } catch (error) {
    throw withSource('replacing', info.source, error);
  }
}

/** What is not there is sent all the same: the server knows best what it makes of it. */
async function liveVersion(k: Kubectl, path: string): Promise<string> {
  try {
    return str(await k.rest.json('GET', path), 'metadata', 'resourceVersion');
  } catch (error) {
    if (error instanceof StatusError) return '';
    throw error;
  }
}

async function forceReplace(k: Kubectl, infos: readonly Info[], print: (object: Obj, operation: string) => Promise<void>): Promise<void> {
  const given = k.flags.int('grace-period');
  // A grace period of zero that was asked for becomes one second, so that nothing is lost by accident.
  const seconds = given === 0 ? 1 : Math.max(0, given);
  const end = k.io.clock.now() + (k.flags.durationMs('timeout') || 300_000);
  for (const info of infos) {
    const path = pathOf(info.mapping, info.namespace, info.name);
    try {
      const live = await k.rest.json('GET', path);
      await k.rest.json('DELETE', path, { body: { gracePeriodSeconds: seconds, propagationPolicy: propagation(k.flags.str('cascade')) } });
      await k.print(
        `${info.mapping.kind.toLowerCase()}${info.mapping.group === '' ? '' : `.${info.mapping.group}`} ${JSON.stringify(info.name)} deleted\n`,
      );
      await waitDeleted(k, { ...info, object: live }, end);
    } catch (error) {
      if (!isNotFound(error)) throw error instanceof StatusError ? withSource('deleting', info.source, error) : error;
    }
  }
  for (const info of infos) await print(await createObject(k, info.mapping, info.namespace, info.object!, info.source), 'replaced');
}
