/** kubectl set env.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/set/set_env.go */
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import type { Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { type Info, oneInfo, visit } from '../infos.ts';
import { readStdin } from '../manifests.ts';
import { type Obj, at, dict, list, put, str } from '../obj.ts';
import { changeObjects, matchesWildcard, noTemplate, podSpecPath, splitPairs } from './set.ts';

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

export async function setEnvironment(k: Kubectl): Promise<void> {
  const { resources, pairs } = splitPairs(k.args);
  if (resources.length === 0 && k.flags.list('filename').length === 0) {
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  }
  const all = [
    ...pairs,
    ...k.flags.list('env'),
    ...(k.args.includes('-') || k.flags.list('env').includes('-') ? await fromStdin(k) : []),
  ].filter((p) => p !== '-');
  const sets = [...all.filter((p) => p.includes('=')).map(pairOf), ...(k.flags.str('from') === '' ? [] : await fromObject(k))];
  const removes = all.filter((p) => !p.includes('=') && p.endsWith('-')).map((p) => p.slice(0, -1));
  if (k.flags.bool('list')) return listEnvironment(k, resources);
  const wanted = k.flags.str('containers') || '*';
  const overwrite = !k.flags.changed('overwrite') || k.flags.bool('overwrite');
  await changeObjects(
    k,
    resources.filter((r) => r !== '-'),
    'env updated',
    async (object, info) => {
      const path = podSpecPath(object);
      if (path === undefined) throw new CommandError(noTemplate(object));
      await warnUnmatched(k, info, object, path, wanted);
      let next = object;
      for (const field of ['initContainers', 'containers']) {
        const containers = list(object, ...path, field);
        if (containers.length === 0) continue;
        next = put(
          next,
          [...path, field],
          containers.map((c) => {
            if (!matchesWildcard(wanted, str(c, 'name'))) return c;
            return put(
              c as Obj,
              ['env'],
              merged(list(c, 'env') as EnvVar[], sets, removes, overwrite ? undefined : `${info.mapping.resource}/${info.name}`),
            );
          }),
        );
      }
      return next;
    },
  );
}

function pairOf(text: string): EnvVar {
  const equals = text.indexOf('=');
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function merged(
  there: readonly EnvVar[],
  sets: readonly EnvVar[],
  removes: readonly string[],
  /** What keeps its values; undefined: they may be overwritten. */
  keeper: string | undefined,
): readonly EnvVar[] | undefined {
  const clash = keeper === undefined ? undefined : there.find((e) => sets.some((s) => s.name === e.name));
  if (clash !== undefined)
    throw new CommandError(`${keeper} '${clash.name}' already has a value (${clash.value ?? ''}), and --overwrite is false`);
  const kept = there.filter((e) => !removes.includes(e.name)).map((e) => sets.find((s) => s.name === e.name) ?? e);
  const all = [...kept, ...sets.filter((s) => !there.some((e) => e.name === s.name))];
  return all.length === 0 ? undefined : all;
}

async function fromStdin(k: Kubectl): Promise<string[]> {
  return (await readStdin(k.io))
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '' && !l.startsWith('#'));
}

/** --from=configmap/x or secret/x: one variable for each key. */
async function fromObject(k: Kubectl): Promise<EnvVar[]> {
  const info = await oneInfo(k, [k.flags.str('from')], 'configmaps');
  const kind = info.mapping.kind;
  if (kind !== 'ConfigMap' && kind !== 'Secret') throw new CommandError(`unsupported resource specified in --from`);
  const wanted = k.flags.list('keys');
  const field = kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef';
  const variables: EnvVar[] = [];
  for (const key of Object.keys(dict(info.object, 'data'))
    .sort()
    .filter((one) => wanted.length === 0 || wanted.includes(one))) {
    const upper = key.replaceAll(/[^A-Za-z0-9_]/g, '_').toUpperCase();
    if (upper !== key) await k.say(`Warning: key ${key} transferred to ${upper}\n`);
    variables.push({ name: k.flags.str('prefix') + upper, valueFrom: { [field]: { key, name: info.name } } });
  }
  return variables;
}

async function listEnvironment(k: Kubectl, resources: readonly string[]): Promise<void> {
  await visit(k, { args: resources, labelSelector: k.flags.str('selector'), all: k.flags.bool('all'), latest: true }, async (info) => {
    const path = podSpecPath(info.object!) ?? [];
    await warnUnmatched(k, info, info.object!, path, k.flags.str('containers') || '*');
    const all = [...list(info.object, ...path, 'containers'), ...list(info.object, ...path, 'initContainers')];
    for (const container of all.filter((c) => matchesWildcard(k.flags.str('containers') || '*', str(c, 'name')))) {
      await k.print(`# ${info.mapping.kind} ${info.name}, container ${str(container, 'name')}\n`);
      for (const env of list(container, 'env')) await k.print(`${await envLine(k, env)}\n`);
    }
  });
}

async function warnUnmatched(k: Kubectl, info: Info, object: Obj, path: readonly string[], wanted: string): Promise<void> {
  const all = [...list(object, ...path, 'containers'), ...list(object, ...path, 'initContainers')];
  if (all.some((c) => matchesWildcard(wanted, str(c, 'name')))) return;
  await k.say(`Warning: ${info.mapping.kind}/${info.name} does not have any containers matching ${JSON.stringify(wanted)}\n`);
}

async function envLine(k: Kubectl, env: unknown): Promise<string> {
  const name = str(env, 'name');
  const from = at(env, 'valueFrom');
  if (from === undefined) return `${name}=${str(env, 'value')}`;
  const map = at(from, 'configMapKeyRef');
  const secret = at(from, 'secretKeyRef');
  const ref = map ?? secret;
  if (ref === undefined) return `# ${name} from field path ${str(from, 'fieldRef', 'fieldPath')}`;
  if (!k.flags.bool('resolve'))
    return `# ${name} from ${map === undefined ? 'secret' : 'configmap'} ${str(ref, 'name')}, key ${str(ref, 'key')}`;
  const object = await k.rest.json(
    'GET',
    pathOf(await k.mapping(map === undefined ? 'secrets' : 'configmaps'), k.namespace, str(ref, 'name')),
  );
  const value = str(object, 'data', str(ref, 'key'));
  return `${name}=${map === undefined ? fromUtf8(fromBase64(value) ?? new Uint8Array()) : value}`;
}
