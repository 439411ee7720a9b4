/** kubectl delete: asks for the deletion and waits until the objects are gone.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/delete/delete.go */
import type { Command, Kubectl } from '../command.ts';
import { kindName, pathOf } from '../discovery.ts';
import { AggregateFailure, CommandError, isNotFound, withSource } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { readStdin } from '../manifests.ts';
import { type Obj, str } from '../obj.ts';
import { dryRunOf, outputFormat } from '../printers/output.ts';
import { followObject } from '../watch.ts';
import { sendRaw } from './create.ts';

const IMMEDIATE =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. ' +
  'The resource may continue to run on the cluster indefinitely.\n';

export const del: Command = {
  name: 'delete',
  summary: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
  description: 'Most resources have a grace period: the command waits until they are really gone, unless you say --wait=false.',
  examples: [
    { comment: 'Delete what a file describes', lines: ['kubectl delete -f ./pod.yaml'] },
    { comment: 'Delete by name, or by label', lines: ['kubectl delete pod web', 'kubectl delete pods,services -l app=web'] },
  ],
  complete: 'resource',
  run,
};

async function run(k: Kubectl): Promise<void> {
  const { flags } = k;
  if (flags.str('raw') !== '') return sendRaw(k, 'DELETE');
  const dryRun = dryRunOf(k);
  const output = outputFormat(k).name;
  if (output !== '' && output !== 'name') throw new CommandError(`unexpected -o output mode: ${output}. We only support '-o name'`);
  if (flags.bool('now') && flags.int('grace-period') >= 0) throw new CommandError('--now and --grace-period cannot be specified together');
  const cascade = propagation(flags.str('cascade'));
  const force = flags.bool('force');
  let seconds = flags.int('grace-period');
  if (flags.bool('now')) seconds = 1;
  if (force && seconds < 0) seconds = 0;
  const wait = flags.bool('wait');
  if (seconds === 0 && !force) {
    seconds = 1;
  } else if (force && seconds === 0) {
    await k.say(IMMEDIATE);
  } else if (force && seconds > 0) {
    throw new CommandError('--force and --grace-period greater than 0 cannot be specified together');
  }
  const ignore = flags.bool('ignore-not-found') || flags.bool('all') || flags.str('selector') !== '';
  const deleted: Info[] = [];
  const infos: Info[] = [];
  await visit(
    k,
    {
      args: k.args,
      labelSelector: flags.str('selector'),
      fieldSelector: flags.str('field-selector'),
      all: flags.bool('all'),
      allNamespaces: flags.bool('all-namespaces'),
      latest: false,
    },
    async (info) => {
      infos.push(info);
    },
  );
  if (flags.bool('interactive') && !(await agreed(k, infos))) return;
  const failures: unknown[] = [];
  for (const info of infos) {
    try {
      await deleteOne(k, info, { seconds, cascade, dryRun });
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      if (!(ignore && isNotFound(error))) failures.push(withSource('deleting', info.source, error));
      // What was not there is waited for all the same.
      else deleted.push(info);
      continue;
    }
    deleted.push(info);
    await k.print(deletedLine(info, output, force && seconds === 0, dryRun));
  }
  if (infos.length === 0 && failures.length === 0) await k.print('No resources found\n');
  if (wait && dryRun === 'none') await waitAll(k, deleted);
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
}

export function propagation(cascade: string): string {
  const known: Readonly<Record<string, string>> = {
    background: 'Background',
    foreground: 'Foreground',
    orphan: 'Orphan',
    true: 'Background',
    false: 'Orphan',
  };
  const found = known[cascade];
  if (found === undefined) throw new CommandError(`invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`);
  return found;
}

function deletedLine(info: Info, output: string, forced: boolean, dryRun: string): string {
  const name = info.name || str(info.object, 'metadata', 'name');
  if (output === 'name') return `${kindName(info.mapping)}/${name}\n`;
  const suffix = dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '';
  return `${kindName(info.mapping)} "${name}" ${forced ? 'force deleted' : 'deleted'}${suffix}\n`;
}

async function deleteOne(k: Kubectl, info: Info, options: { seconds: number; cascade: string; dryRun: string }): Promise<void> {
  if (options.dryRun === 'client') return;
  await k.rest.json('DELETE', pathOf(info.mapping, info.namespace, info.name), {
    body: {
      ...(options.seconds >= 0 && { gracePeriodSeconds: options.seconds }),
      propagationPolicy: options.cascade,
      ...(options.dryRun === 'server' && { dryRun: ['All'] }),
    },
  });
}

async function agreed(k: Kubectl, infos: readonly Info[]): Promise<boolean> {
  await k.print(`You are about to delete the following ${infos.length} resource(s):\n`);
  for (const info of infos) await k.print(`${kindName(info.mapping)}/${info.name}\n`);
  await k.print('Do you want to continue? (y/n): ');
  const answer = (await readStdin(k.io)).trim().toLowerCase();
  if (answer === 'y' || answer === 'yes') return true;
  await k.print('deletion is cancelled\n');
  return false;
}

async function waitAll(k: Kubectl, infos: readonly Info[]): Promise<void> {
  const limit = k.flags.durationMs('timeout');
  const end = limit > 0 ? k.io.clock.now() + limit : undefined;
  for (const info of infos) {
    try {
      await waitDeleted(k, info, end);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (!isForbidden(error)) throw error;
    }
  }
}

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && error.name === 'StatusError' && 'reason' in error && error.reason === 'Forbidden';

/** Resolves when the object is gone or another one has its name; throws the timeout's text at `endMs`. */
export async function waitDeleted(k: Kubectl, info: Info, endMs: number | undefined): Promise<void> {
  const uid = str(info.object, 'metadata', 'uid');
  const isGone = (live: Obj | undefined): boolean => live === undefined || (uid !== '' && str(live, 'metadata', 'uid') !== uid);
  if (isGone(await readLive(k, info))) return;
  if (endMs !== undefined && endMs <= k.io.clock.now()) throw timedOut(info);
  const result = await followObject(k, info, endMs, {
    listed: async (object) => isGone(object),
    changed: async (type, object) => type === 'DELETED' || isGone(object),
  });
  if (result === 'timeout') throw timedOut(info);
}

export const timedOut = (info: Info): CommandError =>
  new CommandError(`timed out waiting for the condition on ${info.mapping.resource}/${info.name}`);

async function readLive(k: Kubectl, info: Info): Promise<Obj | undefined> {
  try {
    return await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
