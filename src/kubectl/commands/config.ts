/** kubectl config: reads and changes the kubeconfig file.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/config */
import type { Command, Kubectl } from '../command.ts';
import { named } from '../config.ts';
import { AggregateFailure, CommandError, usageError } from '../errors.ts';
import { helpText } from '../help.ts';
import { type Obj, at, goText, list, put, str } from '../obj.ts';
import { objectPrinter, outputFormat } from '../printers/output.ts';
import { plainTable } from '../printers/table.ts';
import { type Section, entrySet, save, set, setCluster, setCredentials, unset } from './config-entries.ts';

export const config: Command = {
  name: 'config',
  summary: 'Modify kubeconfig files',
  description: 'The file is the one of --kubeconfig, of $KUBECONFIG, or ~/.kube/config.',
};

const names = (raw: Obj, section: Section): string[] =>
  list(raw, section)
    .map((e) => str(e, 'name'))
    .sort();

const remove = (raw: Obj, section: Section, name: string): Obj => {
  const left = list(raw, section).filter((e) => str(e, 'name') !== name);
  return put(raw, [section], left.length === 0 ? null : left);
};

async function exactly(k: Kubectl, count: number): Promise<void> {
  if (k.args.length === count) return;
  await k.say(helpText(COMMANDS_BY_NAME(k.path)));
  throw new CommandError(`Unexpected args: [${k.args.join(' ')}]`);
}
const COMMANDS_BY_NAME = (name: string): Command | undefined => CONFIG_COMMANDS.find((c) => c.name === name);

const currentContext: Command = {
  name: 'config current-context',
  summary: 'Display the current-context',
  run: async (k) => {
    const current = str(k.config.raw, 'current-context');
    if (current === '') throw new CommandError('current-context is not set');
    await k.print(`${current}\n`);
  },
};

const useContext: Command = {
  name: 'config use-context',
  aliases: ['use'],
  summary: 'Set the current-context in a kubeconfig file',
  complete: 'context',
  examples: [{ comment: 'Work with another cluster or namespace from now on', lines: ['kubectl config use-context dev'] }],
  run: async (k) => {
    await exactly(k, 1);
    const name = k.args[0]!;
    if (name === '') throw new CommandError('empty context names are not allowed');
    if (named(k.config.raw, 'contexts', name) === undefined)
      throw new CommandError(`no context exists with the name: ${JSON.stringify(name)}`);
    save(k, put(k.config.raw, ['current-context'], name));
    await k.print(`Switched to context ${JSON.stringify(name)}.\n`);
  },
};

const setContext: Command = {
  name: 'config set-context',
  summary: 'Set a context entry in kubeconfig',
  complete: 'context',
  examples: [{ comment: 'Another namespace for the present context', lines: ['kubectl config set-context --current --namespace=dev'] }],
  run: async (k) => {
    const current = k.flags.bool('current');
    if (current && k.args.length > 0) throw new CommandError('you cannot specify both a context name and --current');
    if (!current && k.args.length !== 1) throw new CommandError('you must specify a non-empty context name or --current');
    const name = current ? str(k.config.raw, 'current-context') : k.args[0]!;
    if (name === '') throw new CommandError('no current context is set');
    const before = named(k.config.raw, 'contexts', name);
    const context = { ...(at(before, 'context') as object) } as Record<string, string>;
    for (const field of ['cluster', 'user', 'namespace']) if (k.flags.changed(field)) context[field] = k.flags.str(field);
    save(k, entrySet(k.config.raw, 'contexts', name, 'context', { cluster: '', user: '', ...context }));
    await k.print(`Context ${JSON.stringify(name)} ${before === undefined ? 'created' : 'modified'}.\n`);
  },
};

const getContexts: Command = {
  name: 'config get-contexts',
  summary: 'Describe one or many contexts',
  complete: 'context',
  run: async (k) => {
    const format = outputFormat(k).name;
    if (format !== '' && format !== 'name')
      throw new CommandError(`--output ${format} is not available in kubectl config get-contexts; resetting to default output format`);
    const wanted =
      k.args.length > 0 ? k.args.filter((name) => named(k.config.raw, 'contexts', name) !== undefined) : names(k.config.raw, 'contexts');
    const missing = k.args.filter((name) => !wanted.includes(name)).map((name) => new CommandError(`context ${name} not found`));
    if (format === 'name') return k.print(wanted.map((name) => `${name}\n`).join(''));
    const rows = wanted.map((name) => {
      const context = at(named(k.config.raw, 'contexts', name), 'context');
      return [
        name === str(k.config.raw, 'current-context') ? '*' : '',
        name,
        str(context, 'cluster'),
        str(context, 'user'),
        str(context, 'namespace'),
      ];
    });
    await k.print(plainTable(k.flags.bool('no-headers') ? undefined : ['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], rows));
    if (missing.length > 0) throw missing.length === 1 ? missing[0] : new AggregateFailure(missing);
  },
};

function listing(name: string, section: Section, summary: string): Command {
  return {
    name: `config ${name}`,
    summary,
    run: async (k) => {
      await k.print(
        `NAME\n${names(k.config.raw, section)
          .map((n) => `${n}\n`)
          .join('')}`,
      );
    },
  };
}

function deleting(what: string, section: Section): Command {
  return {
    name: `config delete-${what}`,
    summary: `Delete the specified ${what} from the kubeconfig`,
    ...(what === 'context' && { complete: 'context' as const }),
    run: async (k) => {
      if (what === 'user' && k.args.length === 0) throw usageError('config delete-user', 'user to delete is required');
      await exactly(k, 1);
      const name = k.args[0]!;
      if (named(k.config.raw, section, name) === undefined)
        throw new CommandError(`cannot delete ${what} ${name}, not in ${k.config.path}`);
      if (what === 'context' && str(k.config.raw, 'current-context') === name) {
        await k.say('warning: this removed your active context, use "kubectl config use-context" to select a different one\n');
      }
      save(k, remove(k.config.raw, section, name));
      await k.print(`deleted ${what} ${name} from ${k.config.path}\n`);
    },
  };
}

const renameContext: Command = {
  name: 'config rename-context',
  summary: 'Rename a context from the kubeconfig file',
  complete: 'context',
  run: async (k) => {
    await exactly(k, 2);
    const [before = '', after = ''] = k.args;
    const entry = named(k.config.raw, 'contexts', before);
    if (entry === undefined) throw new CommandError(`cannot rename the context ${JSON.stringify(before)}, it's not in ${k.config.path}`);
    if (named(k.config.raw, 'contexts', after) !== undefined)
      throw new CommandError(
        `cannot rename the context ${JSON.stringify(before)}, the context ${JSON.stringify(after)} already exists in ${k.config.path}`,
      );
    const renamed = entrySet(remove(k.config.raw, 'contexts', before), 'contexts', after, 'context', at(entry, 'context') as object);
    save(k, str(k.config.raw, 'current-context') === before ? put(renamed, ['current-context'], after) : renamed);
    await k.print(`Context ${JSON.stringify(before)} renamed to ${JSON.stringify(after)}.\n`);
  },
};

const SECRETS = ['client-certificate-data', 'client-key-data', 'certificate-authority-data'];

const view: Command = {
  name: 'config view',
  summary: 'Display merged kubeconfig settings or a specified kubeconfig file',
  examples: [{ comment: 'Only what the present context needs', lines: ['kubectl config view --minify'] }],
  run: async (k) => {
    if (k.args.length > 0) throw usageError('config view', `unexpected arguments: [${k.args.join(' ')}]`);
    if (k.flags.changed('merge') && !k.flags.bool('merge') && !k.flags.changed('kubeconfig'))
      throw new CommandError('if merge==false a precise file must be specified');
    let shown = k.config.raw;
    if (k.flags.bool('minify')) shown = minified(k);
    if (!k.flags.bool('raw') && !k.flags.bool('flatten')) shown = redacted(shown);
    const format = outputFormat(k);
    if (format.name === 'json') return k.print(`${goText(JSON.stringify(inGoOrder(shown), undefined, 4))}\n`);
    await k.print(objectPrinter(k, format.name === '' ? { name: 'yaml', argument: '' } : format)(shown));
  },
};

const ORDER: Readonly<Record<string, readonly string[]>> = {
  config: ['kind', 'apiVersion', 'preferences', 'clusters', 'users', 'contexts', 'current-context', 'extensions'],
  entry: ['name', 'cluster', 'context', 'user'],
  cluster: ['server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority', 'certificate-authority-data', 'proxy-url'],
  context: ['cluster', 'user', 'namespace'],
  user: [
    ...[
      'client-certificate',
      'client-certificate-data',
      'client-key',
      'client-key-data',
      'token',
      'tokenFile',
      'as',
      'as-uid',
      'as-groups',
    ],
    ...['as-user-extra', 'username', 'password', 'auth-provider', 'exec'],
  ],
};

/** The fields as Go's structs have them. Upstream: staging/src/k8s.io/client-go/tools/clientcmd/api/v1/types.go */
function inGoOrder(raw: Obj): object {
  const sorted = (value: object, names: readonly string[] = []): Record<string, unknown> => ({
    ...Object.fromEntries(names.filter((name) => name in value).map((name) => [name, (value as Obj)[name]])),
    ...Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))),
  });
  const entry = (value: object): object =>
    Object.fromEntries(
      Object.entries(sorted(value, ORDER['entry'])).map(([name, inner]) => [
        name,
        typeof inner === 'object' ? sorted(inner as object, ORDER[name]) : inner,
      ]),
    );
  return Object.fromEntries(
    Object.entries(sorted(raw, ORDER['config'])).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((one) => entry(one as object)) : value,
    ]),
  );
}

function minified(k: Kubectl): Obj {
  const { raw, context, cluster, user } = k.config;
  if (context === '') throw new CommandError('current-context must exist in order to minify');
  const only = (section: Section, name: string): readonly Obj[] => [named(raw, section, name)].filter((e) => e !== undefined);
  return {
    ...raw,
    clusters: only('clusters', cluster),
    contexts: only('contexts', context),
    users: only('users', user),
    'current-context': context,
  };
}

function redacted(raw: Obj): Obj {
  const hide = (entry: unknown, field: string): unknown => {
    const inner = { ...(at(entry, field) as Record<string, unknown>) };
    for (const key of SECRETS) if (key in inner) inner[key] = 'DATA+OMITTED';
    for (const key of ['token', 'password']) if (key in inner) inner[key] = 'REDACTED';
    return { ...(entry as object), [field]: inner };
  };
  const clusters = at(raw, 'clusters') === null ? null : list(raw, 'clusters').map((c) => hide(c, 'cluster'));
  const users = at(raw, 'users') === null ? null : list(raw, 'users').map((u) => hide(u, 'user'));
  return { ...raw, clusters, users };
}

export const CONFIG_COMMANDS: readonly Command[] = [
  config,
  currentContext,
  deleting('cluster', 'clusters'),
  deleting('context', 'contexts'),
  deleting('user', 'users'),
  listing('get-clusters', 'clusters', 'Display clusters defined in the kubeconfig'),
  getContexts,
  listing('get-users', 'users', 'Display users defined in the kubeconfig'),
  renameContext,
  set,
  setCluster,
  setContext,
  setCredentials,
  unset,
  useContext,
  view,
];
