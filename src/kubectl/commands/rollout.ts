/** kubectl rollout pause, resume, restart and status; history and undo stand in rollout-history.ts.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/rollout */
import { rfc3339 } from '../../base/time.ts';
import type { Command, Kubectl } from '../command.ts';
import { groupResource } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { type Obj, at } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';
import { rolloutStatus } from '../rollout-status.ts';
import { followObject } from '../watch.ts';
import { patchObject, writeQuery } from '../writes.ts';

export const rollout: Command = {
  name: 'rollout',
  summary: 'Manage the rollout of a resource',
  description: 'Deployments, daemon sets and stateful sets roll out: a new template replaces their pods step by step.',
  examples: [
    {
      comment: 'Is it done? Go back to what was before',
      lines: ['kubectl rollout status deployment/web', 'kubectl rollout undo deployment/web'],
    },
  ],
};

export function requireResource(k: Kubectl): void {
  if (k.args.length === 0 && k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '' && k.flags.str('selector') === '') {
    throw new CommandError('required resource not specified');
  }
}

function changing(name: string, summary: string, done: string, change: (k: Kubectl, info: Info) => object): Command {
  return {
    name: `rollout ${name}`,
    summary,
    complete: 'resource',
    examples: [{ comment: 'For a deployment', lines: [`kubectl rollout ${name} deployment/web`] }],
    run: async (k) => {
      requireResource(k);
      const print = resultPrinter(k, dryRunOf(k));
      const count = await visit(k, { args: k.args, allowAll: true, labelSelector: k.flags.str('selector'), latest: true }, async (info) => {
        const patch = change(k, info);
        const after = await patchObject(k, info.mapping, info.namespace, info.name, 'strategic', patch, { query: writeQuery(k) });
        await print(typed(after), done);
      });
      if (count === 0) await k.say(`No resources found in ${k.namespace} namespace.\n`);
    },
  };
}

export const pause = changing('pause', 'Mark the provided resource as paused', 'paused', (_, info) => {
  if (info.mapping.resource !== 'deployments')
    throw new CommandError(`${groupResource(info.mapping)} ${JSON.stringify(info.name)} pausing is not supported`);
  if (at(info.object, 'spec', 'paused') === true)
    throw new CommandError(`${groupResource(info.mapping)} ${JSON.stringify(info.name)} is already paused`);
  return { spec: { paused: true } };
});

export const resume = changing('resume', 'Resume a paused resource', 'resumed', (_, info) => {
  if (info.mapping.resource !== 'deployments')
    throw new CommandError(`${groupResource(info.mapping)} ${JSON.stringify(info.name)} resuming is not supported`);
  if (at(info.object, 'spec', 'paused') !== true)
    throw new CommandError(`${groupResource(info.mapping)} ${JSON.stringify(info.name)} is not paused`);
  return { spec: { paused: null } };
});

export const restart = changing('restart', 'Restart a resource', 'restarted', (k, info) => {
  if (!['deployments', 'daemonsets', 'statefulsets'].includes(info.mapping.resource)) {
    throw new CommandError(`${groupResource(info.mapping)} ${JSON.stringify(info.name)} restarting is not supported`);
  }
  if (at(info.object, 'spec', 'paused') === true) {
    throw new CommandError(
      `${groupResource(info.mapping)} ${JSON.stringify(info.name)} can't restart paused deployment (run rollout resume first)`,
    );
  }
  return { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': rfc3339(k.io.clock.now()) } } } } };
});

export const status: Command = {
  name: 'rollout status',
  summary: 'Show the status of the rollout',
  examples: [{ comment: 'Wait until it is done', lines: ['kubectl rollout status deployment/web --timeout=60s'] }],
  complete: 'resource',
  run: async (k) => {
    requireResource(k);
    const infos: Info[] = [];
    await visit(k, { args: k.args, labelSelector: k.flags.str('selector'), latest: true }, async (info) => {
      infos.push(info);
    });
    if (infos.length === 0) return k.say(`No resources found in ${k.namespace} namespace.\n`);
    const limit = k.flags.durationMs('timeout');
    const end = limit > 0 ? k.io.clock.now() + limit : undefined;
    for (const info of infos) await follow(k, info, end);
  },
};

async function follow(k: Kubectl, info: Info, end: number | undefined): Promise<void> {
  const revision = k.flags.int('revision');
  const told = async (object: Obj): Promise<boolean> => {
    const { text, done } = rolloutStatus(object, revision);
    await k.print(`${text}\n`);
    return done || !k.flags.bool('watch');
  };
  const result = await followObject(k, info, end, {
    listed: async (object) => {
      if (object === undefined) throw new CommandError(`${groupResource(info.mapping)} ${JSON.stringify(info.name)} not found`);
      return told(object);
    },
    changed: async (type, object) => {
      if (type === 'DELETED') throw new CommandError(`object has been deleted`);
      return told(object);
    },
  });
  if (result === 'timeout') throw new CommandError('timed out waiting for the condition');
}
