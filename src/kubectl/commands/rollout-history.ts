/** kubectl rollout history and undo.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/{history,rollback}.go */
import type { PodTemplateSpec } from '../../api/generated/types.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { type Obj, at, dict, list, num, put, same, str } from '../obj.ts';
import { podSelectorOf } from '../pods.ts';
import { describePodTemplate } from '../describe/pod-template.ts';
import { createText } from '../describe/text.ts';
import { dryRunOf, nameOf, objectPrinter, outputFormat, resultPrinter } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';
import { DESCRIBE, alignTabs } from '../printers/tab-writer.ts';
import { patchObject } from '../writes.ts';
import { requireResource } from './rollout.ts';

interface Revision {
  readonly number: number;
  readonly cause: string;
  readonly template: Obj;
  /** The ControllerRevision's patch. */ readonly data?: object;
  readonly object: Obj;
}

const REVISION = 'deployment.kubernetes.io/revision';

export const history: Command = {
  name: 'rollout history',
  summary: 'View rollout history',
  examples: [
    {
      comment: 'All revisions; one of them in full',
      lines: ['kubectl rollout history deployment/web', 'kubectl rollout history deployment/web --revision=3'],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    requireResource(k);
    const wanted = k.flags.int('revision');
    if (wanted < 0) throw new CommandError(`revision must be a positive integer: ${wanted}`);
    await visit(k, { args: k.args, labelSelector: k.flags.str('selector'), latest: true, allowAll: true }, async (info) => {
      const revisions = await revisionsOf(k, info);
      const format = outputFormat(k);
      if (format.name !== '') {
        const shown = !k.flags.changed('output')
          ? [info.object!]
          : (wanted > 0 ? [pick(revisions, wanted)] : revisions).map((r) => r.object);
        const print = objectPrinter(k, format, true);
        const kind = revisionType(info.mapping.resource);
        for (const object of shown) await k.print(print(typed({ apiVersion: 'apps/v1', kind, ...object } as Obj)));
        return;
      }
      const name = nameOf(info.object!);
      if (revisions.length === 0) {
        await k.print(`${name} \nNo rollout history found.\n`);
      } else if (wanted > 0) {
        await k.print(`${name} with revision #${wanted}\n${templateText(pick(revisions, wanted))}\n`);
      } else {
        const rows = revisions.map((r) => `${r.number}\t${r.cause}\n`).join('');
        await k.print(`${name} \n${alignTabs(`REVISION\tCHANGE-CAUSE\n${rows}`, DESCRIBE)}\n`);
      }
    });
  },
};

const revisionType = (resource: string): string => (resource === 'deployments' ? 'ReplicaSet' : 'ControllerRevision');

function pick(revisions: readonly Revision[], wanted: number): Revision {
  const found = revisions.find((r) => r.number === wanted);
  if (found === undefined) throw new CommandError(`unable to find the specified revision`);
  return found;
}

function templateText(revision: Revision): string {
  const text = createText();
  describePodTemplate(text, revision.template as unknown as PodTemplateSpec, [
    [`Annotations`, 'kubernetes.io/change-cause', revision.cause],
  ]);
  return text.plain();
}

/** The revisions that are kept, oldest first. */
export async function revisionsOf(k: Kubectl, info: Info): Promise<readonly Revision[]> {
  const { object, mapping } = info;
  const selector = podSelectorOf(object!) ?? '';
  const uid = str(object, 'metadata', 'uid');
  const type = mapping.resource === 'deployments' ? 'replicasets.v1.apps' : 'controllerrevisions.v1.apps';
  if (!['deployments', 'daemonsets', 'statefulsets'].includes(mapping.resource))
    throw new CommandError(`no history viewer has been implemented for ${JSON.stringify(mapping.kind)}`);
  // Real kubectl reads it once more, with the client of its type.
  await k.rest.json('GET', pathOf(mapping, info.namespace, info.name), { typed: true });
  const found = await k.rest.json('GET', pathOf(await k.mapping(type), info.namespace), {
    query: [['labelSelector', selector]],
    typed: true,
  });
  const owned = (list(found, 'items') as Obj[]).filter((o) =>
    list(o, 'metadata', 'ownerReferences').some((r) => str(r, 'uid') === uid && at(r, 'controller') === true),
  );
  const cause = (o: Obj): string => str(o, 'metadata', 'annotations', 'kubernetes.io/change-cause') || '<none>';
  const revisions = owned.map((o): Revision =>
    mapping.resource === 'deployments'
      ? {
          number: Number(str(o, 'metadata', 'annotations', REVISION) || '0'),
          cause: cause(o),
          template: at(o, 'spec', 'template') as Obj,
          object: o,
        }
      : {
          number: num(o, 'revision'),
          cause: cause(o),
          template: at(o, 'data', 'spec', 'template') as Obj,
          data: at(o, 'data') as object,
          object: o,
        },
  );
  return revisions.filter((r) => r.number > 0 || mapping.resource !== 'deployments').sort((a, b) => a.number - b.number);
}

function withoutHash(template: Obj): Obj {
  const { 'pod-template-hash': _, ...labels } = dict(template, 'metadata', 'labels');
  return put(template, ['metadata', 'labels'], labels);
}

export const undo: Command = {
  name: 'rollout undo',
  summary: 'Undo a previous rollout',
  examples: [
    {
      comment: 'To the revision before; to a certain one',
      lines: ['kubectl rollout undo deployment/web', 'kubectl rollout undo deployment/web --to-revision=3'],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    requireResource(k);
    const to = k.flags.int('to-revision');
    if (to < 0) throw new CommandError(`revision must be a positive integer: ${to}`);
    await visit(k, { args: k.args, labelSelector: k.flags.str('selector'), latest: true }, async (info) => undoOne(k, info, to));
  },
};

async function undoOne(k: Kubectl, info: Info, to: number): Promise<void> {
  const kind = info.mapping.kind.toLowerCase();
  if (info.mapping.resource === 'deployments' && at(info.object, 'spec', 'paused') === true) {
    throw new CommandError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  }
  if (!['deployments', 'daemonsets', 'statefulsets'].includes(info.mapping.resource))
    throw new CommandError(`no rollbacker has been implemented for ${JSON.stringify(info.mapping.kind)}`);
  const revisions = await revisionsOf(k, info);
  if (info.mapping.resource !== 'deployments' && to === 0 && revisions.length < 2)
    throw new CommandError('no last revision to roll back to');
  if ((to === 0 && revisions.length < 2) || revisions.length === 0)
    throw new CommandError(`no rollout history found for ${kind} ${JSON.stringify(info.name)}`);
  const target = to === 0 ? revisions.at(-2) : revisions.find((r) => r.number === to);
  if (target === undefined) throw new CommandError(`unable to find specified revision ${to} in history`);
  const dryRun = dryRunOf(k);
  const print = resultPrinter(k, dryRun, true);
  if (dryRun === 'client') return print(typed(info.object!), templateText(target));
  if (same(withoutHash(at(info.object, 'spec', 'template') as Obj), withoutHash(target.template))) {
    return print(typed(info.object!), `skipped rollback (current template already matches revision ${target.number})`);
  }
  const query = dryRun === 'server' ? [['dryRun', 'All'] as const] : [];
  if (target.data !== undefined) await patchObject(k, info.mapping, info.namespace, info.name, 'strategic', target.data, { query });
  else await patchObject(k, info.mapping, info.namespace, info.name, 'json', templatePatch(info.object!, target), { query });
  await print(typed(info.object!), 'rolled back');
}

const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

/** The template as it was, and the old ReplicaSet's annotations but for those that belong to the Deployment itself. */
function templatePatch(live: Obj, target: Revision): object {
  const own = dict(live, 'metadata', 'annotations');
  const annotations: Record<string, unknown> = {};
  for (const key of KEPT) if (key in own) annotations[key] = own[key];
  for (const [key, value] of Object.entries(dict(target.object, 'metadata', 'annotations')))
    if (!KEPT.includes(key)) annotations[key] = value;
  return [
    { op: 'replace', path: '/spec/template', value: withoutHash(target.template) },
    { op: 'replace', path: '/metadata/annotations', value: annotations },
  ];
}
