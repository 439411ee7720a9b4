/** kubectl diff: what apply would change, as `diff -u -N` shows it.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/diff/diff.go */
import { matches, parseSelector } from '../../api/selectors.ts';
import type { Command, Kubectl } from '../command.ts';
import { apiVersionOf, pathOf } from '../discovery.ts';
import { CommandError, isNotFound, report } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { LAST_APPLIED, isBuiltIn, lastAppliedOf } from '../last-applied.ts';
import { type Obj, byText, put, str } from '../obj.ts';
import { withoutManagedFields } from '../printers/output.ts';
import { patchObject } from '../writes.ts';
import { unifiedDiff } from '../unified-diff.ts';
import { toYaml } from '../yaml.ts';
import { applyPatch } from './apply.ts';
import { requireFile } from './create.ts';
import { eachPruned } from './prune.ts';

export const diff: Command = {
  name: 'diff',
  summary: 'Diff the live version against a would-be applied version',
  description: 'Ends with 0 where nothing differs, 1 where something does, and more than 1 where it failed.',
  examples: [{ comment: 'What would apply change?', lines: ['kubectl diff -f ./pod.yaml'] }],
  complete: 'file',
  run: async (k) => {
    requireFile(k);
    const folders = {
      live: `/tmp/LIVE-${k.io.world.random.int(4_000_000_000)}`,
      merged: `/tmp/MERGED-${k.io.world.random.int(4_000_000_000)}`,
    };
    try {
      const selector = parseSelector(k.flags.str('selector'));
      const texts = new Map<string, string>();
      const add = (info: Omit<Info, 'source'>, live: Obj | undefined, merged: Obj | undefined): void => {
        const text = difference(k, info, live, merged, folders);
        if (text !== '') texts.set(fileOf(info), text);
      };
      const visited: Info[] = [];
      await visit(k, { args: [], latest: false, stopAtFirst: true }, async (info) => {
        if (!matches(selector, info.object?.metadata?.labels ?? {})) return;
        visited.push(info);
        const live = await liveOf(k, info);
        add(info, live, await mergedOf(k, info, live));
      });
      if (k.flags.bool('prune')) {
        await eachPruned(k, visited, async (mapping, object) =>
          add({ mapping, namespace: str(object, 'metadata', 'namespace'), name: str(object, 'metadata', 'name') }, object, undefined),
        );
      }
      // diff goes through the folders by name.
      for (const [, text] of [...texts].sort(([a], [b]) => byText(a, b))) await k.print(text);
      return texts.size > 0 ? 1 : 0;
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      throw new CommandError(report(error).text, 2, true);
    }
  },
};

async function liveOf(k: Kubectl, info: Info): Promise<Obj | undefined> {
  try {
    return await k.rest.json('GET', pathOf(info.mapping, info.namespace, info.name));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The server says what the object would be; it stores nothing. */
async function mergedOf(k: Kubectl, info: Info, live: Obj | undefined): Promise<Obj> {
  const dry = [['dryRun', 'All'] as const];
  await k.openApi.verify(info.mapping);
  if (k.flags.bool('server-side')) {
    const manager = k.flags.changed('field-manager') ? k.flags.str('field-manager') : 'kubectl';
    return patchObject(k, info.mapping, info.namespace, info.name, 'apply', info.object!, {
      query: [...dry, ['fieldManager', manager], ['force', String(k.flags.bool('force-conflicts'))]],
    });
  }
  const query = [...dry, ['fieldManager', k.flags.str('field-manager')] as const];
  if (live === undefined) return k.rest.json('POST', pathOf(info.mapping, info.namespace), { body: info.object!, query });
  const modified = withoutAnnotation(info.object!);
  await k.openApi.mergeKeys();
  const patch = put(
    applyPatch(info, lastAppliedOf(live) ?? {}, modified, live) as Obj,
    ['metadata', 'resourceVersion'],
    str(live, 'metadata', 'resourceVersion'),
  );
  return patchObject(
    k,
    info.mapping,
    info.namespace,
    info.name,
    isBuiltIn(info.mapping.group, info.mapping.kind) ? 'strategic' : 'merge',
    patch,
    { query },
  );
}

const fileOf = ({ mapping, namespace, name }: Omit<Info, 'source'>): string =>
  [apiVersionOf(mapping).replace('/', '.'), mapping.kind, namespace, name].join('.');

function difference(
  k: Kubectl,
  info: Omit<Info, 'source'>,
  live: Obj | undefined,
  merged: Obj | undefined,
  folders: { readonly live: string; readonly merged: string },
): string {
  const shown = (object: Obj): Obj => masked(k.flags.bool('show-managed-fields') ? object : withoutManagedFields(object));
  // What was not there is masked to null all the same.
  const before = live === undefined ? (merged?.kind === 'Secret' ? 'null\n' : '') : toYaml(shown(live));
  const after = merged === undefined ? '' : toYaml(shown(merged));
  const file = fileOf(info);
  const body = unifiedDiff(before, after);
  if (body === '') return '';
  const stamp = new Date(k.io.clock.now())
    .toISOString()
    .replace('T', ' ')
    .replace(/\.(\d+)Z$/, '.$1000000 +0000');
  const [left, right] = [`${folders.live}/${file}`, `${folders.merged}/${file}`];
  return `diff -u -N ${left} ${right}\n--- ${left}\t${stamp}\n+++ ${right}\t${stamp}\n${body}`;
}

function withoutAnnotation(object: Obj): Obj {
  const { [LAST_APPLIED]: _, ...annotations } = object.metadata?.annotations ?? {};
  return put(object, ['metadata', 'annotations'], annotations);
}

/** What a Secret holds is not shown. */
function masked(object: Obj): Obj {
  if (object.kind !== 'Secret' || typeof object['data'] !== 'object' || object['data'] === null) return object;
  return { ...object, data: Object.fromEntries(Object.keys(object['data']).map((key) => [key, '***'])) };
}
