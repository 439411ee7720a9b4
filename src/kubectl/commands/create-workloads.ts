/** kubectl create deployment, job and cronjob.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_deployment,create_job,create_cronjob}.go */
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { type Obj, at, dict, put, str } from '../obj.ts';
import { createAndPrint } from '../writes.ts';
import { oneName } from './one-name.ts';

/** The container's name: the last part of the image without tag, digest and what a name may not have. */
export function containerNameOf(image: string): string {
  const last = image.split('/').at(-1) ?? image;
  return (last.split(':')[0] ?? last).split('@')[0]!.replaceAll('_', '-');
}

export const deployment: Command = {
  name: 'create deployment',
  aliases: ['deploy'],
  required: ['image'],
  summary: 'Create a deployment with the specified name',
  examples: [
    { comment: 'Three replicas of nginx', lines: ['kubectl create deployment web --image=nginx --replicas=3'] },
    { comment: 'With a command of its own', lines: ['kubectl create deployment job --image=busybox -- date'] },
  ],
  run: async (k) => {
    const { name, command } = nameAndCommand(k);
    const images = k.flags.list('image');
    if (images.length > 1 && command.length > 0) throw new CommandError('cannot specify multiple --image options and command');
    const port = k.flags.int('port');
    const object: Obj = {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name, creationTimestamp: null, labels: { app: name } } as unknown as Obj['metadata'],
      spec: {
        replicas: k.flags.int('replicas'),
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { creationTimestamp: null, labels: { app: name } },
          spec: {
            containers: images.map((image) => ({
              name: containerNameOf(image),
              image,
              ...(command.length > 0 && { command }),
              ...(port >= 0 && { ports: [{ containerPort: port }] }),
              resources: {},
            })),
          },
        },
        strategy: {},
      },
      status: {},
    };
    await createAndPrint(k, await k.mapping('deployments.v1.apps'), object, 'created', 'deployment:');
  },
};

export const job: Command = {
  name: 'create job',
  summary: 'Create a job with the specified name',
  examples: [
    { comment: 'Run a command to its end', lines: ['kubectl create job hello --image=busybox -- echo hello'] },
    { comment: 'Run a cron job now', lines: ['kubectl create job now --from=cronjob/backup'] },
  ],
  run: async (k) => {
    const { name, command } = nameAndCommand(k);
    const [image, from] = [k.flags.str('image'), k.flags.str('from')];
    if (image === '' && from === '') throw new CommandError('either --image or --from must be specified');
    if (image !== '' && from !== '') throw new CommandError('either --image or --from must be specified');
    if (from !== '' && command.length > 0) throw new CommandError('cannot specify --from and command');
    const object = from === '' ? plainJob(name, image, command) : await jobFrom(k, name, from);
    await createAndPrint(k, await k.mapping('jobs.v1.batch'), object, 'created', 'job:');
  },
};

function plainJob(name: string, image: string, command: readonly string[]): Obj {
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: { name, creationTimestamp: null } as unknown as Obj['metadata'],
    spec: { template: podTemplate(name, image, command, 'Never') },
    status: {},
  };
}

function podTemplate(name: string, image: string, command: readonly string[], restartPolicy: string): object {
  return {
    metadata: { creationTimestamp: null },
    spec: { containers: [{ name, image, ...(command.length > 0 && { command }), resources: {} }], restartPolicy },
  };
}

async function jobFrom(k: Kubectl, name: string, from: string): Promise<Obj> {
  const [type = '', source = ''] = from.includes('/') ? from.split('/') : ['', from];
  const mapping = await k.mapping(type || 'cronjob');
  if (mapping.resource !== 'cronjobs') throw new CommandError(`unknown object type *${mapping.version}.${mapping.kind}`);
  const cronJob = await k.rest.json('GET', pathOf(mapping, k.namespace, source));
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: {
      name,
      creationTimestamp: null,
      ...(at(cronJob, 'spec', 'jobTemplate', 'metadata', 'labels') !== undefined && {
        labels: dict(cronJob, 'spec', 'jobTemplate', 'metadata', 'labels'),
      }),
      annotations: { ...dict(cronJob, 'spec', 'jobTemplate', 'metadata', 'annotations'), 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: str(cronJob, 'metadata', 'name'),
          uid: str(cronJob, 'metadata', 'uid'),
          controller: true,
        },
      ],
    } as unknown as Obj['metadata'],
    spec: put(at(cronJob, 'spec', 'jobTemplate', 'spec') as Obj, ['template', 'metadata'], {
      creationTimestamp: null,
      ...dict(cronJob, 'spec', 'jobTemplate', 'spec', 'template', 'metadata'),
    }),
    status: {},
  };
}

export const cronjob: Command = {
  name: 'create cronjob',
  aliases: ['cj'],
  required: ['image', 'schedule'],
  summary: 'Create a cron job with the specified name',
  examples: [{ comment: 'Every minute', lines: ["kubectl create cronjob tick --image=busybox --schedule='*/1 * * * *' -- date"] }],
  run: async (k) => {
    const { name, command } = nameAndCommand(k);
    const restart = k.flags.str('restart') || 'OnFailure';
    await createAndPrint(
      k,
      await k.mapping('cronjobs.v1.batch'),
      {
        kind: 'CronJob',
        apiVersion: 'batch/v1',
        metadata: { name, creationTimestamp: null } as unknown as Obj['metadata'],
        spec: {
          schedule: k.flags.str('schedule'),
          jobTemplate: {
            metadata: { name, creationTimestamp: null },
            spec: { template: podTemplate(name, k.flags.str('image'), command, restart) },
          },
        },
        status: {},
      },
      'created',
      'cronjob:',
    );
  },
};

/** NAME -- COMMAND args... */
function nameAndCommand(k: Kubectl): { name: string; command: readonly string[] } {
  const before = k.flags.dash < 0 ? k.args : k.args.slice(0, k.flags.dash);
  return { name: oneName(k, before), command: k.flags.dash < 0 ? [] : k.args.slice(k.flags.dash) };
}
