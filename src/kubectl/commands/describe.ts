/** kubectl describe: everything about objects, for people.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/describe/describe.go */
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { AggregateFailure, CommandError, isNotFound } from '../errors.ts';
import { type Info, listAll, manifestInfo, targetsOf } from '../infos.ts';
import { str } from '../obj.ts';
import { describeContext } from '../describe/describer.ts';
import { describerFor } from '../describe/describers.ts';
import { createText } from '../describe/text.ts';

export const describe: Command = {
  name: 'describe',
  summary: 'Show details of a specific resource or group of resources',
  description: 'Puts together what the object says, what belongs to it, and its events. A name may be the beginning of several.',
  examples: [
    { comment: 'A pod; all pods with a label', lines: ['kubectl describe pods/web', 'kubectl describe pods -l app=web'] },
    { comment: 'A node', lines: ['kubectl describe node worker-1'] },
  ],
  complete: 'resource',
  run: async (k) => {
    if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '') {
      throw new CommandError(
        'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    }
    const { infos, failures, byPrefix } = await found(k);
    // Two words and one of them not found: they are taken for a type and the beginning of a name.
    const missing = failures.filter(isNotFound);
    if (k.args.length === 2 && missing.length === 1 && failures.length === 1 && !byPrefix) {
      if (k.args[0]!.includes(',')) throw new CommandError('you may only specify a single resource type');
      throw failures[0];
    }
    let first = true;
    for (const info of infos) {
      try {
        const text = await described(k, info);
        await k.print(byPrefix ? `${text}\n` : first ? text : `\n\n${text}`);
        first = false;
      } catch (error) {
        if (k.io.signal.aborted) throw error;
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
    if (infos.length === 0)
      await k.say(k.flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${k.namespace} namespace.\n`);
  },
};

export async function described(k: Kubectl, info: Info): Promise<string> {
  const text = createText();
  await describerFor(info.mapping)(text, { ...info.object!, kind: info.mapping.kind }, describeContext(k, info.mapping));
  return text.aligned();
}

async function found(k: Kubectl): Promise<{ readonly infos: readonly Info[]; readonly failures: unknown[]; readonly byPrefix: boolean }> {
  const selection = { args: k.args, allowAll: true, labelSelector: k.flags.str('selector'), allNamespaces: k.flags.bool('all-namespaces') };
  const targets = await targetsOf(k, selection);
  const infos: Info[] = [];
  const failures: unknown[] = [];
  let byPrefix = false;
  for (const { mapping, name } of targets.named) {
    const namespace = mapping.namespaced ? k.namespace : '';
    try {
      const object = await k.rest.json('GET', pathOf(mapping, namespace, name));
      infos.push({ mapping, namespace, name, source: '', object });
    } catch (error) {
      if (!isNotFound(error) && !(error instanceof CommandError)) throw error;
      if (error instanceof CommandError) {
        failures.push(error);
        continue;
      }
      const alike = k.args[0]!.includes(',')
        ? []
        : (await listAll(k, mapping, selection)).filter((o) => str(o, 'metadata', 'name').startsWith(name));
      if (alike.length === 0) failures.push(error);
      else byPrefix = true;
      for (const object of alike) infos.push({ mapping, namespace, name: str(object, 'metadata', 'name'), source: '', object });
    }
  }
  for (const manifest of targets.files) {
    try {
      const info = await manifestInfo(k, manifest);
      infos.push({ ...info, object: await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name)) });
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      failures.push(error);
    }
  }
  for (const mapping of targets.types) {
    for (const object of await listAll(k, mapping, selection)) {
      infos.push({ mapping, namespace: str(object, 'metadata', 'namespace'), name: str(object, 'metadata', 'name'), source: '', object });
    }
  }
  return { infos, failures, byPrefix };
}
