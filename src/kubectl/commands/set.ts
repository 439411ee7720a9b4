/** kubectl set image, env, resources, selector, serviceaccount and subject: change a Pod template, or who is bound.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/set */
import { canonicalQuantity } from '../../api/quantity.ts';
import type { Command, Kubectl } from '../command.ts';
import { kindName } from '../discovery.ts';
import { AggregateFailure, CommandError, StatusError } from '../errors.ts';
import { type Info, NO_RESOURCE, visit } from '../infos.ts';
import { type Obj, at, list, put, str } from '../obj.ts';
import { dryRunOf, outputFormat, resultPrinter } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';
import { twoWayPatch } from '../three-way.ts';
import { patchObject, writeQuery } from '../writes.ts';
import { labelSelectorOf } from './create-policy.ts';
import { setEnvironment } from './set-env.ts';

export const set: Command = {
  name: 'set',
  summary: 'Set specific features on objects',
  description: 'Each subcommand changes one thing of resources that are there.',
};

/** Where the Pod spec of a kind stands; undefined for kinds without one. */
export function podSpecPath(object: Obj): readonly string[] | undefined {
  if (object.kind === 'Pod') return ['spec'];
  if (object.kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return at(object, 'spec', 'template', 'spec') === undefined ? undefined : ['spec', 'template', 'spec'];
}

export interface ChangeOptions {
  /** Throws where something else is missing, once the objects are found. */
  readonly check?: () => void;
  /** What stands before the server's refusal: "failed to patch image update to pod template: ". */
  readonly refused?: string;
  /** What is as it should be is not shown again. */
  readonly quiet?: boolean;
  /** The patch holds for this revision only. */
  readonly resourceVersion?: string;
}

export const noTargets = (k: Kubectl, resources: readonly string[]): boolean =>
  resources.length === 0 && k.flags.list('filename').length === 0 && k.flags.str('kustomize') === '';

/** Reads the objects, changes each by `edit`, sends the difference and says `done`. */
export async function changeObjects(
  k: Kubectl,
  args: readonly string[],
  done: string,
  edit: (object: Obj, info: Info) => Obj | Promise<Obj>,
  options: ChangeOptions = {},
): Promise<void> {
  const dryRun = dryRunOf(k);
  const local = k.flags.bool('local');
  const print = resultPrinter(k, dryRun === 'none' && local ? 'client' : dryRun);
  if (local && k.flags.list('filename').length === 0)
    throw new CommandError(
      NO_RESOURCE.replace(
        'You must provide one or more resources by argument or filename.',
        'you must specify resources by --filename when --local is set.',
      ),
    );
  const infos: Info[] = [];
  await visit(k, { args, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: !local }, async (info) => {
    infos.push(info);
  });
  options.check?.();
  const failures: unknown[] = [];
  for (const info of infos) {
    const before = info.object!;
    try {
      const after = await edit(before, info);
      const changes = twoWayPatch(before, after);
      const version = options.resourceVersion ?? '';
      const patch = version === '' ? changes : put(changes as Obj, ['metadata', 'resourceVersion'], version);
      if (Object.keys(patch).length === 0 && options.quiet === true) continue;
      if (Object.keys(patch).length === 0 && !local && dryRun === 'none' && outputFormat(k).name === '') continue;
      const local2 = local || dryRun === 'client' || Object.keys(patch).length === 0;
      const result = local2 ? after : await sent(k, info, patch, options.refused);
      await print(typed(result), done);
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
}

async function sent(k: Kubectl, info: Info, patch: object, refused: string | undefined): Promise<Obj> {
  try {
    return await patchObject(k, info.mapping, info.namespace, info.name, 'strategic', patch, { query: writeQuery(k) });
  } catch (error) {
    throw refused !== undefined && error instanceof StatusError ? new CommandError(refused + error.message) : error;
  }
}

/** The words split at the first `a=b`. */
export function splitPairs(args: readonly string[]): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const first = args.findIndex((a) => a.includes('=') || (a.endsWith('-') && a.length > 1));
  return first < 0 ? { resources: args, pairs: [] } : { resources: args.slice(0, first), pairs: args.slice(first) };
}

export const noTemplate = (object: Obj): string =>
  `${String(object.kind).toLowerCase()}s/${str(object, 'metadata', 'name')} the object is not a pod or does not have a pod template: *v1.${String(object.kind)}`;

function inPodSpec(object: Obj, edit: (spec: Obj) => Obj): Obj {
  const path = podSpecPath(object);
  if (path === undefined) throw new CommandError(`${noTemplate(object)}`);
  return put(object, path, edit(at(object, ...path) as Obj));
}

export const setImage: Command = {
  name: 'set image',
  summary: 'Update the image of a pod template',
  examples: [
    {
      comment: 'A new version for one container; for all of them',
      lines: ['kubectl set image deployment/web nginx=nginx:1.28', "kubectl set image deployment/web '*=nginx:1.28'"],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    const { resources, pairs } = splitPairs(k.args);
    if (noTargets(k, resources)) throw new CommandError(NO_RESOURCE);
    const check = (): void => {
      if (pairs.length === 0) throw new CommandError('at least one image update is required');
    };
    const images = pairs.map((p) => ({ name: p.slice(0, p.indexOf('=')), image: p.slice(p.indexOf('=') + 1) }));
    if (images.length > 1 && images.some((i) => i.name === '*'))
      throw new CommandError('all containers are already specified by *, but saw more than one container_name=container_image pairs');
    await changeObjects(
      k,
      resources,
      'image updated',
      (object) =>
        inPodSpec(object, (spec) => {
          let next = spec;
          for (const { name, image } of images) {
            let found = false;
            for (const field of ['initContainers', 'containers']) {
              const containers = list(next, field);
              if (containers.length === 0) continue;
              next = put(
                next,
                [field],
                containers.map((c) => {
                  if (name !== '*' && str(c, 'name') !== name) return c;
                  found = true;
                  return { ...(c as object), image };
                }),
              );
            }
            if (!found) throw new CommandError(`unable to find container named ${JSON.stringify(name)}`);
          }
          return next;
        }),
      { check, refused: 'failed to patch image update to pod template: ' },
    );
  },
};

export const setEnv: Command = {
  name: 'set env',
  summary: 'Update environment variables on a pod template',
  examples: [
    { comment: 'Set one, remove another', lines: ['kubectl set env deployment/web COLOR=blue OLD-'] },
    { comment: 'Show them', lines: ['kubectl set env deployment/web --list'] },
  ],
  complete: 'resource',
  run: setEnvironment,
};

export const setResources: Command = {
  name: 'set resources',
  summary: 'Update resource requests/limits on objects with pod templates',
  examples: [
    {
      comment: 'For every container',
      lines: ['kubectl set resources deployment web --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi'],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    if (noTargets(k, k.args)) throw new CommandError(NO_RESOURCE);
    const [limits, requests] = [amounts(k.flags.str('limits')), amounts(k.flags.str('requests'))];
    if (limits === undefined && requests === undefined)
      throw new CommandError('you must specify an update to requests or limits (in the form of --requests/--limits)');
    const wanted = k.flags.str('containers') || '*';
    const matching = (spec: Obj): Obj => {
      if (list(spec, 'containers').some((c) => matchesWildcard(wanted, str(c, 'name')))) return spec;
      throw new CommandError(`unable to find container named ${wanted}`);
    };
    const refused = 'failed to patch resources update to pod template ';
    await changeObjects(
      k,
      k.args,
      'resource requirements updated',
      (object) =>
        inPodSpec(object, (spec) =>
          put(
            matching(spec),
            ['containers'],
            list(spec, 'containers').map((c) => {
              if (!matchesWildcard(wanted, str(c, 'name'))) return c;
              let next = c as Obj;
              for (const [field, values] of [
                ['limits', limits],
                ['requests', requests],
              ] as const) {
                if (values === undefined) continue;
                next = put(next, ['resources', field], { ...(at(c, 'resources', field) as object), ...values });
              }
              return next;
            }),
          ),
        ),
      { refused },
    );
  },
};

function amounts(text: string): Readonly<Record<string, string>> | undefined {
  if (text === '') return undefined;
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [name = '', amount] = pair.split('=');
      if (amount === undefined) throw new CommandError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
      const quantity = canonicalQuantity(amount);
      if (quantity === undefined)
        throw new CommandError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      return [name, quantity];
    }),
  );
}

export function matchesWildcard(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  const [head = '', tail] = pattern.split('*');
  return tail === undefined ? name === pattern : name.startsWith(head) && name.endsWith(tail);
}

export const setSelector: Command = {
  name: 'set selector',
  summary: 'Set the selector on a resource',
  examples: [{ comment: 'What a service selects', lines: ["kubectl set selector service web 'app=web,tier=front'"] }],
  complete: 'resource',
  run: async (k) => {
    const selector = k.args.at(-1);
    if (selector === undefined) throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
    await changeObjects(
      k,
      k.args.slice(0, -1),
      'selector updated',
      (object) => {
        if (object.kind !== 'Service') throw new CommandError(`setting a selector is only supported for Services`);
        const { matchLabels, matchExpressions } = labelSelectorOf(selector) as {
          matchLabels?: object;
          matchExpressions?: readonly object[];
        };
        const shown = (matchExpressions ?? []).map((e) => `{${str(e, 'key')} ${str(e, 'operator')} [${list(e, 'values').join(' ')}]}`);
        if (shown.length > 0) throw new CommandError(`match expression [${shown.join(' ')}] not supported on this object`);
        return put(object, ['spec', 'selector'], matchLabels ?? {});
      },
      { resourceVersion: k.flags.str('resource-version') },
    );
  },
};

export const setServiceaccount: Command = {
  name: 'set serviceaccount',
  aliases: ['sa'],
  summary: 'Update the service account of a resource',
  examples: [{ comment: 'For the pods of a deployment', lines: ['kubectl set serviceaccount deployment web builder'] }],
  complete: 'resource',
  run: async (k) => {
    const account = k.args.at(-1);
    if (account === undefined) throw new CommandError('serviceaccount is required');
    await changeObjects(k, k.args.slice(0, -1), 'serviceaccount updated', (object) =>
      inPodSpec(object, (spec) => put(spec, ['serviceAccountName'], account)),
    );
  },
};

/** An object of a file is named as `-o name` does, newline and all. */
function notBinding(k: Kubectl, { mapping, name }: Info): CommandError {
  const text = 'setting subjects is only supported for RoleBinding/ClusterRoleBinding';
  if (!k.flags.bool('local')) return new CommandError(`${mapping.resource}/${name} ${text}`);
  return new CommandError(`error: ${kindName(mapping)}/${name}\n ${text}\n`, 1, true);
}

export const setSubject: Command = {
  name: 'set subject',
  summary: 'Update the user, group, or service account in a role binding or cluster role binding',
  examples: [{ comment: 'One more user', lines: ['kubectl set subject rolebinding look --user=ann'] }],
  complete: 'resource',
  run: async (k) => {
    const group = 'rbac.authorization.k8s.io';
    const added = [
      ...k.flags.list('user').map((name) => ({ apiGroup: group, kind: 'User', name })),
      ...k.flags.list('group').map((name) => ({ apiGroup: group, kind: 'Group', name })),
      ...k.flags.list('serviceaccount').map((text) => {
        const [namespace = '', name] = text.split(':');
        if (!name) throw new CommandError('serviceaccount must be <namespace>:<name>');
        return { kind: 'ServiceAccount', namespace, name };
      }),
    ];
    if (added.length === 0) throw new CommandError('you must specify at least one value of user, group or serviceaccount');
    await changeObjects(
      k,
      k.args,
      'subjects updated',
      (object, info) => {
        if (!info.mapping.resource.endsWith('rolebindings')) throw notBinding(k, info);
        const there = list(object, 'subjects');
        const fresh = added.filter(
          (a) =>
            !there.some(
              (t) =>
                str(t, 'kind') === a.kind && str(t, 'name') === a.name && str(t, 'namespace') === ('namespace' in a ? a.namespace : ''),
            ),
        );
        return put(object, ['subjects'], [...there, ...fresh]);
      },
      { quiet: true },
    );
  },
};
