/** kubectl scale and autoscale.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/{scale/scale.go,autoscale/autoscale.go} */
import type { Command, Kubectl } from '../command.ts';
import { apiVersionOf, pathOf } from '../discovery.ts';
import { CommandError, StatusError, errorText, isNotFound } from '../errors.ts';
import { type Info, targetsOf, visit } from '../infos.ts';
import { type Obj, at, dict, list, num, str } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { ACCEPT_ANY } from '../rest.ts';
import { createAndPrint, patchObject } from '../writes.ts';
import { readWatch, openWatch } from '../watch.ts';

export const scale: Command = {
  name: 'scale',
  required: ['replicas'],
  summary: 'Set a new size for a deployment, replica set, or replication controller',
  examples: [
    { comment: 'Five replicas', lines: ['kubectl scale --replicas=5 deployment/web'] },
    { comment: 'Only if there are three now', lines: ['kubectl scale --current-replicas=3 --replicas=5 deployment/web'] },
  ],
  complete: 'resource',
  run: async (k) => {
    const replicas = k.flags.int('replicas');
    if (replicas < 0) throw new CommandError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
    const dryRun = dryRunOf(k);
    const print = resultPrinter(k, dryRun);
    const done: Info[] = [];
    const { count, failure } = await visitAll(k, async (info) => {
      await scaleOne(k, info, replicas, dryRun);
      // The cause is written to the object itself, which a scale is not.
      if (k.flags.bool('record') && dryRun === 'none')
        await patchObject(k, info.mapping, info.namespace, info.name, 'merge', {}, { query: [] });
      await print(info.object!, 'scaled');
      done.push(info);
    });
    if (count === 0) throw new CommandError('no objects passed to scale');
    if (k.flags.durationMs('timeout') > 0 && dryRun === 'none') for (const info of done) await waitScaled(k, info, replicas);
    if (failure !== undefined) throw failure;
  },
};

const gv = (info: Info): string =>
  info.mapping.group === '' ? `/${info.mapping.version}` : `${info.mapping.group}/${info.mapping.version}`;

const notFound = (): StatusError =>
  new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason: 'NotFound',
    code: 404,
    message: 'the server could not find the requested resource',
  });

/** What is not there is told in scale's own way, and after the others have been scaled. */
async function visitAll(
  k: Kubectl,
  each: (info: Info) => Promise<void>,
): Promise<{ readonly count: number; readonly failure: Error | undefined }> {
  const infos: Info[] = [];
  let failure: Error | undefined;
  const selection = { args: k.args, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: 'named' } as const;
  // What is wrong with the words themselves is told as it is.
  if (k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '') await targetsOf(k, selection);
  try {
    await visit(k, selection, async (info) => {
      infos.push(info);
    });
  } catch (error) {
    // Which objects are meant was clear; none could be read.
    if (infos.length === 0 && (isNotFound(error) || k.args.includes('')))
      throw new CommandError(`no objects passed to scale ${errorText(error)}`);
    if (infos.length === 0 || !(error instanceof Error)) throw error;
    failure = error;
  }
  for (const info of infos) await each(info);
  return { count: infos.length, failure };
}

async function scaleOne(k: Kubectl, info: Info, replicas: number, dryRun: string): Promise<void> {
  const { mapping } = info;
  if (!mapping.subresources.some((s) => s.name === 'scale')) {
    throw notFound();
  }
  const current = k.flags.int('current-replicas');
  const version = k.flags.str('resource-version');
  if (dryRun === 'client') return;
  if (current >= 0 || version !== '') {
    const scaleObject = await k.rest.json('GET', pathOf(mapping, info.namespace, info.name, 'scale'));
    if (current >= 0 && num(scaleObject, 'spec', 'replicas') !== current) {
      throw new CommandError(`Expected replicas to be ${current}, was ${num(scaleObject, 'spec', 'replicas')}`);
    }
    if (version !== '' && str(scaleObject, 'metadata', 'resourceVersion') !== version) {
      throw new CommandError(`Expected resource version to be ${version}, was ${str(scaleObject, 'metadata', 'resourceVersion')}`);
    }
  }
  await patchObject(
    k,
    mapping,
    info.namespace,
    info.name,
    'merge',
    { spec: { replicas } },
    {
      subresource: 'scale',
      accept: ACCEPT_ANY,
      query: dryRun === 'server' ? [['dryRun', 'All']] : [],
    },
  );
}

async function waitScaled(k: Kubectl, info: Info, replicas: number): Promise<void> {
  const query = [['fieldSelector', `metadata.name=${info.name}`]] as const;
  const connection = await openWatch(k, pathOf(info.mapping, info.namespace), query, 'application/json');
  const result = await readWatch(
    k,
    connection,
    k.flags.durationMs('timeout'),
    (event) =>
      num(event.object, 'status', 'replicas') === replicas &&
      num(event.object, 'status', 'observedGeneration') >= num(event.object, 'metadata', 'generation'),
  );
  if (result === 'timeout') throw new CommandError('timed out waiting for the condition');
}

export const autoscale: Command = {
  name: 'autoscale',
  required: ['max'],
  summary: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  examples: [
    {
      comment: 'Between two and ten replicas, at half of the requested CPU',
      lines: ['kubectl autoscale deployment web --min=2 --max=10 --cpu-percent=50'],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    const [min, max, cpu] = [k.flags.int('min'), k.flags.int('max'), k.flags.int('cpu-percent')];
    if (max < 1) throw new CommandError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
    if (max < min) throw new CommandError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
    const count = await visit(k, { args: k.args, latest: 'named' }, async (info) => {
      if (!info.mapping.subresources.some((s) => s.name === 'scale')) {
        throw new CommandError(
          `cannot autoscale a ${info.mapping.kind}: could not find scale subresource for ${gv(info)}, Resource=${info.mapping.resource} in discovery information`,
        );
      }
      const object: Obj = {
        kind: 'HorizontalPodAutoscaler',
        apiVersion: 'autoscaling/v2',
        metadata: { name: k.flags.str('name') || info.name, creationTimestamp: null } as unknown as Obj['metadata'],
        spec: {
          scaleTargetRef: { kind: info.mapping.kind, name: info.name, apiVersion: apiVersionOf(info.mapping) },
          ...(min > 0 && { minReplicas: min }),
          maxReplicas: max,
          ...(cpu >= 0 && {
            metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } }],
          }),
        },
        status: { desiredReplicas: 0, currentMetrics: null },
      };
      await autoscaled(k, object);
    });
    if (count === 0) throw new CommandError('no objects passed to autoscale');
  },
};

async function autoscaled(k: Kubectl, object: Obj): Promise<void> {
  const mapping = await k.mapping('horizontalpodautoscalers.v2.autoscaling');
  const done = dryRunOf(k) === 'client' ? 'created' : 'autoscaled';
  try {
    await createAndPrint(k, mapping, object, done);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    await createAndPrint(k, await k.mapping('horizontalpodautoscalers.v1.autoscaling'), inVersion1(object), done);
  }
}

/** An older server knows only the share of CPU. */
function inVersion1(object: Obj): Obj {
  const { metrics: _, ...spec } = dict(object, 'spec');
  const cpu = at(list(object, 'spec', 'metrics')[0], 'resource', 'target', 'averageUtilization');
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    spec: { ...spec, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }) },
    status: { currentReplicas: 0, desiredReplicas: 0 },
  } as Obj;
}
