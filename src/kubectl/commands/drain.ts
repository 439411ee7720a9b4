/** kubectl cordon, uncordon and drain.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/{cmd/drain/drain.go,drain/drain.go} */
import type { Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/meta.ts';
import { matches, parseSelector } from '../../api/selectors.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { AggregateFailure, CommandError, errorText, isNotFound, isReason, usageError } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { type Obj, at, list, str } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { patchObject } from '../writes.ts';

export const cordon = cordoning('cordon', 'Mark node as unschedulable', true);
export const uncordon = cordoning('uncordon', 'Mark node as schedulable', false);

function cordoning(name: string, summary: string, unschedulable: boolean): Command {
  return {
    name,
    summary,
    examples: [{ comment: 'For one node', lines: [`kubectl ${name} worker-1`] }],
    complete: 'node',
    run: async (k) => {
      await nodesOf(k, async (info) => cordonOne(k, info, unschedulable));
    },
  };
}

async function nodesOf(k: Kubectl, each: (info: Info) => Promise<void>): Promise<void> {
  if (k.args.length === 0 && k.flags.str('selector') === '') throw usageError(k.path, `USAGE: ${k.path} NODE [flags]`);
  if (k.args.length > 0 && k.flags.str('selector') !== '')
    throw usageError(k.path, 'error: cannot specify both a node name and a --selector option');
  const names = k.args.map((a) => (a.includes('/') ? a : `node/${a}`));
  if (k.args.includes('')) throw new CommandError('resource name may not be empty');
  const selector = k.flags.str('selector');
  await visit(
    k,
    names.length > 0
      ? { args: names, files: false, latest: true }
      : { args: ['nodes'], files: false, labelSelector: selector, latest: true },
    each,
  );
}

async function cordonOne(k: Kubectl, info: Info, unschedulable: boolean): Promise<void> {
  const now = at(info.object, 'spec', 'unschedulable') === true;
  const word = unschedulable ? 'cordoned' : 'uncordoned';
  const dryRun = dryRunOf(k);
  const print = resultPrinter(k, dryRun);
  if (now === unschedulable) return print(info.object!, `already ${word}`);
  if (dryRun !== 'client') {
    await patchObject(
      k,
      info.mapping,
      '',
      info.name,
      'strategic',
      { spec: { unschedulable: unschedulable ? true : null } },
      {
        query: dryRun === 'server' ? [['dryRun', 'All']] : [],
        typed: true,
      },
    );
  }
  await print(info.object!, word);
}

export const drain: Command = {
  name: 'drain',
  summary: 'Drain node in preparation for maintenance',
  description: 'Cordons the node and evicts its pods, within what their disruption budgets allow.',
  examples: [
    { comment: 'Everything but the pods of daemon sets', lines: ['kubectl drain worker-1 --ignore-daemonsets --delete-emptydir-data'] },
  ],
  complete: 'node',
  run: async (k) => {
    const nodes: Info[] = [];
    await nodesOf(k, async (info) => {
      nodes.push(info);
    });
    for (const node of nodes) await cordonOne(k, node, true);
    for (const [i, node] of nodes.entries()) {
      try {
        await drainOne(k, node);
        await resultPrinter(k, dryRunOf(k))(node.object!, 'drained');
      } catch (error) {
        if (k.io.signal.aborted) throw error;
        await k.say(`error: unable to drain node ${JSON.stringify(node.name)} due to error: ${asList(error)}, continuing command...\n`);
        await k.say(
          `There are pending nodes to be drained:\n${nodes
            .slice(i)
            .map((n) => ` ${n.name}\n`)
            .join('')}`,
        );
        throw error;
      }
    }
  },
};

/** As Go writes several errors in one. */
const asList = (error: unknown): string =>
  error instanceof AggregateFailure && error.errors.length > 1 ? `[${error.errors.map(errorText).join(', ')}]` : errorText(error);

interface Sorted {
  readonly evict: readonly Pod[];
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

async function drainOne(k: Kubectl, node: Info): Promise<void> {
  const pods = await podsOn(k, node);
  const { evict, warnings, problems } = await sorted(k, pods);
  if (problems.length > 0) throw new AggregateFailure(problems.map((problem) => new CommandError(problem, 1, true)));
  for (const warning of warnings) await k.say(`Warning: ${warning}\n`);
  const dryRun = dryRunOf(k);
  if (dryRun !== 'none') {
    // On the server's side each eviction runs by itself; the one that was started last comes first.
    const order = dryRun === 'client' ? evict : [...evict.slice(-1), ...evict.slice(0, -1)];
    for (const pod of order) await k.print(`evicting pod ${name(pod)} (${dryRun === 'client' ? '' : 'server '}dry run)\n`);
    return;
  }
  const limit = k.flags.durationMs('timeout');
  const end = limit > 0 ? k.io.clock.now() + limit : undefined;
  try {
    await takeAway(k, evict, end);
  } catch (error) {
    if (k.io.signal.aborted) throw error;
    const { evict: left } = await sorted(k, await podsOn(k, node));
    if (left.length > 0) {
      const pods = left.map((pod) => `pod/${pod.metadata?.name ?? ''}\n`).join('');
      await k.say(`There are pending pods in node ${JSON.stringify(node.name)} when an error occurred: ${asList(error)}\n${pods}`);
    }
    throw error;
  }
}

/** By eviction where the server has it, all at once; by deletion else, one after the other. */
async function takeAway(k: Kubectl, pods: readonly Pod[], end: number | undefined): Promise<void> {
  if (pods.length === 0) return;
  if (k.flags.bool('disable-eviction') || !(await canEvict(k))) {
    for (const pod of pods) await deletePod(k, pod);
    for (const pod of pods) await gone(k, pod, end);
    return;
  }
  // The goroutine that was started last runs first.
  const results = await Promise.allSettled([...pods.slice(-1), ...pods.slice(0, -1)].map((pod) => evictOne(k, pod, end)));
  const failures = results.filter((r) => r.status === 'rejected').map((r) => r.reason as unknown);
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
}

async function canEvict(k: Kubectl): Promise<boolean> {
  const found = await k.rest.json('GET', '/api/v1');
  return list(found, 'resources').some((resource) => str(resource, 'name') === 'pods/eviction' && str(resource, 'kind') === 'Eviction');
}

const deleteOptionsOf = (k: Kubectl): object =>
  k.flags.int('grace-period') >= 0 ? { gracePeriodSeconds: k.flags.int('grace-period') } : {};

async function deletePod(k: Kubectl, pod: Pod): Promise<void> {
  const path = pathOf(await k.mapping('pods'), pod.metadata?.namespace ?? '', pod.metadata?.name ?? '');
  try {
    await k.rest.json('DELETE', path, { body: deleteOptionsOf(k), typed: true });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function podsOn(k: Kubectl, node: Info): Promise<readonly Pod[]> {
  const query = [
    ['fieldSelector', `spec.nodeName=${node.name}`],
    ['limit', '500'],
  ] as const;
  const found = await k.rest.json('GET', pathOf(await k.mapping('pods'), ''), { query, typed: true });
  const selector = parseSelector(k.flags.str('pod-selector'));
  return (list(found, 'items') as readonly Pod[]).filter((p) => matches(selector, p.metadata?.labels ?? {}));
}

const name = (pod: Pod): string => `${pod.metadata?.namespace ?? ''}/${pod.metadata?.name ?? ''}`;

/** Which Pods go, which stay with a word, and which forbid the drain. */
async function sorted(k: Kubectl, pods: readonly Pod[]): Promise<Sorted> {
  const evict: Pod[] = [];
  const bad = { daemon: [] as string[], local: [] as string[], alone: [] as string[] };
  const ignored: string[] = [];
  const lone: string[] = [];
  for (const pod of pods) {
    if (pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined) continue;
    const done = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    const owner = controllerOf(pod);
    if (owner?.kind === 'DaemonSet' && !done) {
      if (await daemonSetThere(k, pod, owner.name)) {
        if (k.flags.bool('ignore-daemonsets')) ignored.push(name(pod));
        else bad.daemon.push(name(pod));
        continue;
      }
    }
    if (!done && pod.spec?.volumes?.some((v) => v.emptyDir !== undefined) && !k.flags.bool('delete-emptydir-data')) {
      bad.local.push(name(pod));
      continue;
    }
    if (owner === undefined && !done) {
      if (!k.flags.bool('force')) {
        bad.alone.push(name(pod));
        continue;
      }
      lone.push(name(pod));
    }
    evict.push(pod);
  }
  const problems = [
    ...(bad.daemon.length > 0
      ? [`cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): ${bad.daemon.join(', ')}`]
      : []),
    ...(bad.local.length > 0
      ? [`cannot delete Pods with local storage (use --delete-emptydir-data to override): ${bad.local.join(', ')}`]
      : []),
    ...(bad.alone.length > 0
      ? [`cannot delete cannot delete Pods that declare no controller (use --force to override): ${bad.alone.join(', ')}`]
      : []),
  ];
  const warnings = [
    ...(lone.length > 0 ? [`deleting Pods that declare no controller: ${lone.join(', ')}`] : []),
    ...(ignored.length > 0 ? [`ignoring DaemonSet-managed Pods: ${ignored.join(', ')}`] : []),
  ];
  return { evict, warnings: warnings.length > 1 ? [[...warnings].reverse().join('; ')] : warnings, problems };
}

async function daemonSetThere(k: Kubectl, pod: Pod, owner: string): Promise<boolean> {
  try {
    await k.rest.json('GET', pathOf(await k.mapping('daemonsets.v1.apps'), pod.metadata?.namespace ?? '', owner));
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** Asks until the disruption budget allows it, then waits until the Pod is gone. */
async function evictOne(k: Kubectl, pod: Pod, end: number | undefined): Promise<void> {
  const [namespace, podName] = [pod.metadata?.namespace ?? '', pod.metadata?.name ?? ''];
  const path = pathOf(await k.mapping('pods'), namespace, podName, 'eviction');
  const options = deleteOptionsOf(k);
  const metadata = { name: podName, namespace };
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata,
    ...(Object.keys(options).length > 0 && { deleteOptions: options }),
  };
  const what = `error when evicting pods/${JSON.stringify(podName)} -n ${JSON.stringify(namespace)}`;
  await k.print(`evicting pod ${name(pod)}\n`);
  for (;;) {
    if (end !== undefined && k.io.clock.now() >= end) throw late(k, pod);
    try {
      await k.rest.json('POST', path, { body: eviction, typed: true });
      break;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isReason(error, 'TooManyRequests')) throw new CommandError(`${what}: ${errorText(error)}`);
      await k.say(`${what} (will retry after 5s): ${errorText(error)}\n`);
      await k.io.clock.sleep(5000, k.io.signal);
    }
  }
  await gone(k, pod, end);
}

const late = (k: Kubectl, { metadata = {} }: Pod): CommandError =>
  new CommandError(
    `error when waiting for pod ${JSON.stringify(metadata.name)} in namespace ${JSON.stringify(metadata.namespace)} to terminate: ` +
      `global timeout reached: ${k.flags.str('timeout')}`,
  );

async function gone(k: Kubectl, pod: Pod, end: number | undefined): Promise<void> {
  const path = pathOf(await k.mapping('pods'), pod.metadata?.namespace ?? '', pod.metadata?.name ?? '');
  for (;;) {
    try {
      const live: Obj = await k.rest.json('GET', path, { typed: true });
      if (live.metadata?.uid !== pod.metadata?.uid) break;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      break;
    }
    if (end !== undefined && k.io.clock.now() >= end) throw late(k, pod);
    await k.io.clock.sleep(1000, k.io.signal);
  }
  await k.print(`pod/${pod.metadata?.name ?? ''} ${k.flags.bool('disable-eviction') ? 'deleted' : 'evicted'}\n`);
}
