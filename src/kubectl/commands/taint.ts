/** kubectl taint.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/taint/taint.go */
import type { Taint } from '../../api/generated/types.ts';
import type { Command, Kubectl } from '../command.ts';
import { qualifiedNameErrors } from '../../api/names.ts';
import { CommandError, usageError } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { list, put } from '../obj.ts';
import { dryRunOf, resultPrinter } from '../printers/output.ts';
import { patchObject, writeQuery } from '../writes.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const taint: Command = {
  name: 'taint',
  summary: 'Update the taints on one or more nodes',
  examples: [
    {
      comment: 'Keep pods away that do not tolerate it; take the taint off again',
      lines: ['kubectl taint node worker-1 dedicated=gpu:NoSchedule', 'kubectl taint node worker-1 dedicated-'],
    },
  ],
  complete: 'resource',
  run: async (k) => {
    const { resources, changes } = split(k.args);
    if (resources.length === 0) throw new CommandError('one or more resources must be specified as <resource> <name>');
    if (changes.length === 0) throw new CommandError('at least one taint update is required');
    if (!['node', 'nodes', 'no'].includes(resources[0]!.toLowerCase())) {
      throw new CommandError(`invalid resource type ${resources[0]}, only node types are supported`);
    }
    if (resources.length === 1 && !k.flags.bool('all') && k.flags.str('selector') === '')
      throw new CommandError("at least one resource name must be specified since 'all' parameter is not set");
    const { add, remove } = parseChanges(changes);
    await visit(
      k,
      { args: resources, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: true, files: false },
      (info) => taintOne(k, info, add, remove),
    );
  },
};

/** Words before the first one that looks like a taint name nodes. */
function split(args: readonly string[]): { readonly resources: readonly string[]; readonly changes: readonly string[] } {
  const first = args.findIndex((a) => a.includes('=') || a.includes(':') || (a.endsWith('-') && a !== '-'));
  return first < 0 ? { resources: args, changes: [] } : { resources: args.slice(0, first), changes: args.slice(first) };
}

function parseChanges(words: readonly string[]): {
  readonly add: readonly Taint[];
  readonly remove: readonly Pick<Taint, 'key' | 'effect'>[];
} {
  const add: Taint[] = [];
  const remove: { key: string; effect: string }[] = [];
  for (const word of words) {
    if (word.endsWith('-')) {
      const [pair = '', effect = ''] = word.slice(0, -1).split(':');
      if (effect !== '' && !EFFECTS.includes(effect)) throw badEffect(effect);
      remove.push({ key: pair.split('=')[0] ?? pair, effect });
      continue;
    }
    const [pair = '', effect, more] = word.split(':');
    if (more !== undefined || pair === '') throw new CommandError(`invalid taint spec: ${word}`);
    if (effect === undefined) throw usageError('taint', `invalid taint spec: ${word}, ${qualifiedNameErrors(word)[0] ?? ''}`);
    if (!EFFECTS.includes(effect)) throw badEffect(effect);
    const equals = pair.indexOf('=');
    add.push({
      key: equals < 0 ? pair : pair.slice(0, equals),
      ...(equals >= 0 && pair.length > equals + 1 && { value: pair.slice(equals + 1) }),
      effect,
    });
  }
  return { add, remove };
}

const badEffect = (effect: string): CommandError => usageError('taint', `invalid taint effect: ${effect}, unsupported taint effect`);

async function taintOne(k: Kubectl, info: Info, add: readonly Taint[], remove: readonly Pick<Taint, 'key' | 'effect'>[]): Promise<void> {
  const before = list(info.object, 'spec', 'taints') as readonly Taint[];
  if (!k.flags.bool('overwrite')) {
    const clash = before.filter((b) => add.some((a) => a.key === b.key && a.effect === b.effect));
    if (clash.length > 0)
      throw new CommandError(
        `node ${info.name} already has ${clash.map((c) => c.key).join(',')} taint(s) with same effect(s) and --overwrite is false`,
      );
  }
  for (const one of remove) {
    if (!before.some((b) => gone(b, one)))
      throw new CommandError(`taint ${JSON.stringify(one.effect === '' ? one.key : `${one.key}:${one.effect}`)} not found`);
  }
  const kept = before.filter((b) => !remove.some((r) => gone(b, r)) && !add.some((a) => a.key === b.key && a.effect === b.effect));
  const taints = [...add, ...kept];
  const dryRun = dryRunOf(k);
  const after = put(info.object!, ['spec', 'taints'], taints);
  const result =
    dryRun === 'client'
      ? after
      : await patchObject(
          k,
          info.mapping,
          '',
          info.name,
          'strategic',
          { spec: { taints: taints.length > 0 ? taints : null } },
          {
            query: writeQuery(k, { validation: true }),
          },
        );
  const word =
    add.length > 0 && remove.length > 0
      ? 'modified'
      : add.length > 0
        ? before.some((b) => add.some((a) => a.key === b.key && a.effect === b.effect))
          ? 'modified'
          : 'tainted'
        : 'untainted';
  await resultPrinter(k, 'none')(result, word);
}

const gone = (there: Taint, wanted: Pick<Taint, 'key' | 'effect'>): boolean =>
  there.key === wanted.key && (wanted.effect === '' || there.effect === wanted.effect);
