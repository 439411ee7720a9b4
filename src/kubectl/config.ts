/** The kubeconfig: where the cluster is, who we are, which namespace. Read from the learner's files as client-go does.
 *  Upstream: staging/src/k8s.io/client-go/tools/clientcmd/{loader,client_config}.go */
import { fromUtf8 } from '../base/bytes.ts';
import { clientCertificate } from './client-certificate.ts';
import type { PairCache } from './client-certificate.ts';
import type { KubectlIo } from './io.ts';
import { parseDuration } from './duration.ts';
import { CommandError } from './errors.ts';
import type { Flags } from './flags.ts';
import { type Obj, list, str } from './obj.ts';
import { resolvePath } from './paths.ts';
import { parseYaml, toYaml } from './yaml.ts';

export interface Config {
  /** Where changes are written. */
  readonly path: string;
  readonly exists: boolean;
  readonly raw: Obj;
  readonly context: string;
  readonly cluster: string;
  readonly user: string;
  readonly namespace: string;
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the user shows to the server, PEM in base64. Throws CommandError where it cannot be used. */
  certificate(known: PairCache): string | undefined;
}

export function configPath(io: KubectlIo, flags: Flags): string {
  if (flags.changed('kubeconfig')) return resolvePath(io.cwd, flags.str('kubeconfig'));
  const fromEnv = io.env.get('KUBECONFIG');
  if (fromEnv) {
    const paths = fromEnv
      .split(':')
      .filter((p) => p !== '')
      .map((p) => resolvePath(io.cwd, p));
    return paths.find((p) => io.files.exists(p)) ?? paths[paths.length - 1] ?? '';
  }
  return `${io.env.get('HOME') ?? '/root'}/.kube/config`;
}

export const EMPTY_CONFIG: Obj = {
  apiVersion: 'v1',
  clusters: null,
  contexts: null,
  'current-context': '',
  kind: 'Config',
  preferences: {},
  users: null,
};

export function loadConfig(io: KubectlIo, flags: Flags): Config {
  const path = configPath(io, flags);
  const exists = io.files.exists(path);
  const raw = exists ? { ...EMPTY_CONFIG, ...(parseYaml(fromUtf8(io.files.readFile(path)), path)[0] as Obj | undefined) } : EMPTY_CONFIG;
  const context = flags.str('context') || str(raw, 'current-context');
  const entry = named(raw, 'contexts', context);
  const cluster = flags.str('cluster') || str(entry, 'context', 'cluster');
  const user = flags.str('user') || str(entry, 'context', 'user');
  return {
    path,
    exists,
    raw,
    context,
    cluster,
    user,
    namespace: str(entry, 'context', 'namespace'),
    server: flags.str('server') || str(named(raw, 'clusters', cluster), 'cluster', 'server'),
    headers: identity(flags, named(raw, 'users', user)),
    certificate: (known) => clientCertificate(io, flags, { user: named(raw, 'users', user), name: user, configPath: path }, known),
  };
}

/** What a flag names must stand in the file.
 *  Upstream: staging/src/k8s.io/client-go/tools/clientcmd/validation.go */
export function checkNames({ raw }: Config, flags: Flags, ownsUser: boolean): void {
  if (flags.changed('context') && named(raw, 'contexts', flags.str('context')) === undefined) {
    throw new CommandError(`Error in configuration: context was not found for specified context: ${flags.str('context')}`, 1, true);
  }
  const [cluster, user] = [flags.str('cluster'), flags.str('user')];
  if (user !== '' && !ownsUser && named(raw, 'users', user) === undefined)
    throw new CommandError(`auth info ${JSON.stringify(user)} does not exist`);
  if (cluster !== '' && flags.str('server') === '' && named(raw, 'clusters', cluster) === undefined) {
    throw new CommandError(`no server found for cluster ${JSON.stringify(cluster)}`);
  }
  requestTimeoutMs(flags);
}

/** --request-timeout: undefined waits for ever. A bare number is seconds. */
export function requestTimeoutMs(flags: Flags): number | undefined {
  const text = flags.str('request-timeout');
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms === undefined) {
    throw new CommandError(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    );
  }
  return ms > 0 ? ms : undefined;
}

function identity(flags: Flags, user: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  const token = flags.str('token') || str(user, 'user', 'token');
  if (token !== '') headers['authorization'] = `Bearer ${token}`;
  const as = flags.str('as') || str(user, 'user', 'as');
  if (as !== '') headers['impersonate-user'] = as;
  if (flags.list('as-group').length > 0) headers['impersonate-group'] = flags.list('as-group').join(',');
  if (flags.str('as-uid') !== '') headers['impersonate-uid'] = flags.str('as-uid');
  return headers;
}

/** The entry called `name` of the kubeconfig's clusters, contexts or users. */
export function named(raw: Obj, section: 'clusters' | 'contexts' | 'users', name: string): Obj | undefined {
  return list(raw, section).find((e) => str(e, 'name') === name) as Obj | undefined;
}

export function saveConfig(io: KubectlIo, path: string, raw: Obj): void {
  const directory = path.slice(0, path.lastIndexOf('/'));
  if (directory !== '' && !io.files.exists(directory)) io.files.makeDirectory(directory, { recursive: true });
  io.files.writeFile(path, toYaml(raw), { mode: 0o600 });
}
