/** kubectl config set-cluster, set-credentials, set and unset: what writes the entries of a kubeconfig.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/config/{set_cluster,set_credentials,set,unset}.go */
import { base64, fromBase64 } from '../../base/bytes.ts';
import type { Command, Kubectl } from '../command.ts';
import { named, saveConfig } from '../config.ts';
import { CommandError } from '../errors.ts';
import { helpText } from '../help.ts';
import { readText } from '../manifests.ts';
import { type Obj, at, byText, list, put, str } from '../obj.ts';
import { resolvePath } from '../paths.ts';

export type Section = 'clusters' | 'contexts' | 'users';
type Entry = Record<string, unknown>;

export const save = (k: Kubectl, raw: Obj): void => saveConfig(k.io, k.config.path, raw);

/** The kubeconfig with the entry put in; entries stand by name. */
export function entrySet(raw: Obj, section: Section, name: string, field: string, value: object): Obj {
  const others = list(raw, section).filter((e) => str(e, 'name') !== name);
  return put(
    raw,
    [section],
    [...others, { [field]: value, name }].sort((a, b) => byText(str(a, 'name'), str(b, 'name'))),
  );
}

async function exactly(k: Kubectl, command: Command, count: number): Promise<void> {
  if (k.args.length === count) return;
  await k.say(helpText(command));
  throw new CommandError(`Unexpected args: [${k.args.join(' ')}]`);
}

const entryOf = (k: Kubectl, section: Section, field: string): Entry => ({
  ...(at(named(k.config.raw, section, k.args[0]!), field) as Entry),
});

/** A file's path, or with --embed-certs what stands in it. */
function setFile(k: Kubectl, entry: Entry, flag: string): void {
  if (!k.flags.changed(flag)) return;
  const [path, data] = [k.flags.str(flag), `${flag}-data`];
  const full = resolvePath(k.io.cwd, path);
  if (k.flags.bool('embed-certs')) {
    if (!k.io.files.exists(full)) throw new CommandError(`could not stat ${flag} file ${path}: stat ${path}: no such file or directory`);
    entry[data] = base64(readText(k.io, full, path));
    delete entry[flag];
  } else {
    entry[flag] = full;
    delete entry[data];
  }
}

export const setCluster: Command = {
  name: 'config set-cluster',
  summary: 'Set a cluster entry in kubeconfig',
  run: async (k) => {
    await exactly(k, setCluster, 1);
    const cluster = entryOf(k, 'clusters', 'cluster');
    for (const flag of ['server', 'tls-server-name', 'proxy-url']) if (k.flags.changed(flag)) cluster[flag] = k.flags.str(flag);
    if (k.flags.changed('insecure-skip-tls-verify')) cluster['insecure-skip-tls-verify'] = k.flags.bool('insecure-skip-tls-verify');
    if (k.flags.bool('embed-certs') && k.flags.str('certificate-authority') === '')
      throw new CommandError('you must specify a --certificate-authority to embed');
    setFile(k, cluster, 'certificate-authority');
    save(k, entrySet(k.config.raw, 'clusters', k.args[0]!, 'cluster', { server: '', ...cluster }));
    await k.print(`Cluster ${JSON.stringify(k.args[0])} set.\n`);
  },
};

export const setCredentials: Command = {
  name: 'config set-credentials',
  summary: 'Set a user entry in kubeconfig',
  run: async (k) => {
    await exactly(k, setCredentials, 1);
    const { flags } = k;
    const [token, basic] = [flags.str('token') !== '', flags.str('username') !== '' || flags.str('password') !== ''];
    if (token && basic)
      throw new CommandError('you cannot specify more than one authentication method at the same time: --token, --username/--password');
    const [cert, key] = [flags.str('client-certificate'), flags.str('client-key')];
    if (flags.bool('embed-certs') && cert === '' && key === '')
      throw new CommandError('you must specify a --client-certificate or --client-key to embed');
    const user = entryOf(k, 'users', 'user');
    for (const flag of ['client-certificate', 'client-key']) setFile(k, user, flag);
    for (const flag of ['token', 'username', 'password']) {
      if (flags.changed(flag)) user[flag] = flags.str(flag);
      // Another way to say who one is takes the place of the one before.
      else if ((token && flag !== 'token') || (basic && flag === 'token')) delete user[flag];
    }
    setProvider(k, user);
    setExec(k, user);
    save(k, entrySet(k.config.raw, 'users', k.args[0]!, 'user', user));
    await k.print(`User ${JSON.stringify(k.args[0])} set.\n`);
  },
};

/** "a=b" sets, "a-" removes. */
function pairsOf(texts: readonly string[]): { readonly set: readonly (readonly [string, string])[]; readonly removed: readonly string[] } {
  const isPair = (text: string): boolean => text.includes('=');
  return {
    set: texts.filter(isPair).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const),
    removed: texts.filter((text) => !isPair(text)).map((text) => text.replace(/-$/, '')),
  };
}

function setProvider(k: Kubectl, user: Entry): void {
  const [name, texts] = [k.flags.str('auth-provider'), k.flags.list('auth-provider-arg')];
  const before = user['auth-provider'] as { readonly name: string; readonly config?: object } | undefined;
  if (name === '' && (texts.length === 0 || before === undefined)) return;
  const { set: pairs, removed } = pairsOf(texts);
  const kept = name === '' || name === before?.name ? Object.entries(before?.config ?? {}).filter(([key]) => !removed.includes(key)) : [];
  user['auth-provider'] = { config: Object.fromEntries([...kept, ...pairs]), name: name || before!.name };
}

function setExec(k: Kubectl, user: Entry): void {
  const { flags } = k;
  const command = flags.str('exec-command');
  if (command === '' && user['exec'] === undefined) return;
  const before = (command === '' ? user['exec'] : {}) as Obj;
  const { set: pairs, removed } = pairsOf(flags.list('exec-env'));
  const kept = list(before, 'env').filter((e) => !removed.includes(str(e, 'name')) && !pairs.some(([name]) => name === str(e, 'name')));
  const env = [...kept, ...pairs.map(([name, value]) => ({ name, value }))];
  user['exec'] = {
    ...before,
    ...(command !== '' && { command }),
    ...(flags.str('exec-api-version') !== '' && { apiVersion: flags.str('exec-api-version') }),
    args: flags.list('exec-arg').length > 0 ? flags.list('exec-arg') : (before['args'] ?? null),
    env: env.length === 0 ? null : env,
    ...(flags.str('exec-interactive-mode') !== '' && { interactiveMode: flags.str('exec-interactive-mode') }),
    provideClusterInfo: flags.changed('exec-provide-cluster-info')
      ? flags.bool('exec-provide-cluster-info')
      : (before['provideClusterInfo'] ?? false),
  };
}

const FIELD: Readonly<Record<Section, string>> = { clusters: 'cluster', contexts: 'context', users: 'user' };

/** "contexts.dev.namespace": which section, entry and field. */
function property(path: string): { readonly section?: Section; readonly name: string; readonly field: string } {
  const [section = '', name = '', ...field] = path.split('.');
  return { ...(section in FIELD && { section: section as Section }), name, field: field.join('.') };
}

const SINGLE = ['current-context', 'preferences', 'kind', 'apiVersion'];

export const set: Command = {
  name: 'config set',
  summary: 'Set an individual value in a kubeconfig file',
  run: async (k) => {
    await exactly(k, set, 2);
    const [path = '', value = ''] = k.args;
    const { section, name, field } = property(path);
    if (section === undefined) {
      if (!SINGLE.includes(path.split('.')[0]!)) throw new CommandError(`unable to parse ${path} after [] at api.Config`);
      save(k, put(k.config.raw, path.split('.'), value));
    } else {
      if (field === '') throw new CommandError(`unable to parse ${path} at ${name}`);
      const entry = { ...(at(named(k.config.raw, section, name), FIELD[section]) as object), [field]: fieldValue(k, field, value) };
      save(k, entrySet(k.config.raw, section, name, FIELD[section], entry));
    }
    await k.print(`Property ${JSON.stringify(path)} set.\n`);
  },
};

/** Fields of bytes are given in base64, or as they are with --set-raw-bytes. */
function fieldValue(k: Kubectl, field: string, value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  if (!field.endsWith('-data')) return value;
  if (k.flags.bool('set-raw-bytes')) return base64(value);
  if (value.length % 4 !== 0 || fromBase64(value) === undefined)
    throw new CommandError(`error decoding input value: illegal base64 data at input byte ${Math.floor(value.length / 4) * 4}`);
  return value;
}

export const unset: Command = {
  name: 'config unset',
  summary: 'Unset an individual value in a kubeconfig file',
  run: async (k) => {
    await exactly(k, unset, 1);
    const path = k.args[0]!;
    const { section, name, field } = property(path);
    if (section === undefined && path !== 'current-context' && path !== 'preferences')
      throw new CommandError(`unable to parse ${path} after [] at api.Config`);
    if (section === undefined || name === '') {
      save(k, put(k.config.raw, [path], path === 'current-context' ? '' : null));
    } else if (field === '') {
      const left = list(k.config.raw, section).filter((e) => str(e, 'name') !== name);
      save(k, put(k.config.raw, [section], left.length === 0 ? null : left));
    } else {
      const entry = named(k.config.raw, section, name);
      if (entry === undefined) throw new CommandError(`current map key \`${name}\` is invalid`);
      save(k, entrySet(k.config.raw, section, name, FIELD[section], put(at(entry, FIELD[section]) as object, [field], undefined)));
    }
    await k.print(`Property ${JSON.stringify(path)} unset.\n`);
  },
};
