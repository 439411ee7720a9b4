/** kubectl create -f: makes the objects of files; the generators stand beside it.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/create/create.go */
import { utf8 } from '../../base/bytes.ts';
import type { Command, Kubectl } from '../command.ts';
import { CommandError, usageError } from '../errors.ts';
import { editText } from '../edit-text.ts';
import { type Info, visit } from '../infos.ts';
import { withLastApplied } from '../last-applied.ts';
import { parseManifests, readStdin, readText } from '../manifests.ts';
import { matches, parseSelector } from '../../api/selectors.ts';
import { resolvePath } from '../paths.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { createObject, fieldValidation } from '../writes.ts';
import { toYaml } from '../yaml.ts';
import type { Obj } from '../obj.ts';

export const create: Command = {
  name: 'create',
  summary: 'Create a resource from a file or from stdin',
  description: 'Manifests may be JSON or YAML.',
  examples: [
    { comment: 'Create what a file describes', lines: ['kubectl create -f ./pod.yaml'] },
    { comment: 'Create what standard input describes', lines: ['cat pod.yaml | kubectl create -f -'] },
  ],
  complete: 'file',
  run,
};

async function run(k: Kubectl): Promise<void> {
  if (k.flags.str('raw') !== '') {
    requireFile(k);
    return sendRaw(k, 'POST');
  }
  if (k.args.length > 0) throw usageError('create', `Unexpected args: [${k.args.join(' ')}]`);
  requireFile(k);
  fieldValidation(k);
  const dryRun = dryRunOf(k);
  const print = resultPrinter(k, dryRun);
  const selector = parseSelector(k.flags.str('selector'));
  let count = 0;
  await visit(k, { args: [], latest: false }, async (info) => {
    if (!matches(selector, info.object?.metadata?.labels ?? {})) return;
    count += 1;
    for (const one of k.flags.bool('edit') ? await edited(k, info) : [info]) await createOne(k, one, dryRun, print);
  });
  if (count === 0) throw new CommandError('no objects passed to create');
}

async function createOne(k: Kubectl, info: Info, dryRun: string, print: (object: Obj, operation: string) => Promise<void>): Promise<void> {
  const object = k.flags.bool('save-config') ? withLastApplied(info.object!) : info.object!;
  const made = dryRun === 'client' ? object : await createObject(k, info.mapping, info.namespace, object, info.source);
  await print(made, 'created');
}

async function edited(k: Kubectl, info: Info): Promise<Info[]> {
  const before = toYaml(info.object);
  const text = await editText(k, `${info.name || 'new'}.yaml`, before);
  if (text === undefined || text === before) {
    await k.say('Edit cancelled, no changes made.\n');
    return [];
  }
  return parseManifests(text, info.source).map((m) => ({ ...info, object: m.object }));
}

/** --raw: the file goes to the path as it is, and what comes back is printed as it is.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/rawhttp/raw.go */
export async function sendRaw(k: Kubectl, method: 'POST' | 'PUT' | 'DELETE'): Promise<void> {
  const file = k.flags.list('filename')[0];
  const text = file === undefined ? '' : file === '-' ? await readStdin(k.io) : readText(k.io, resolvePath(k.io.cwd, file), file);
  await k.print(await k.rest.text(method, k.flags.str('raw'), text === '' ? {} : { body: utf8(text) }));
}

/** create, apply, replace and diff need a file. */
export function requireFile(k: Kubectl): void {
  if (k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '')
    throw new CommandError('must specify one of -f and -k', k.path === 'diff' ? 2 : 1);
}
