/** kubectl create configmap and secret.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_configmap,create_secret}.go */
import { base64 } from '../../base/bytes.ts';
import { FileError } from '../../cri/files.ts';
import { sha256Hex } from '../../base/hash.ts';
import type { Command, Kubectl } from '../command.ts';
import { CommandError } from '../errors.ts';
import { readText } from '../manifests.ts';
import { type Obj, goJson } from '../obj.ts';
import { baseName, resolvePath } from '../paths.ts';
import { createAndPrint } from '../writes.ts';
import { oneName } from './one-name.ts';

type Data = Record<string, string>;
const KEY = /^[-._a-zA-Z0-9]+$/;

function add(data: Data, key: string, value: string, what: string, name: string): void {
  if (!KEY.test(key)) {
    throw new CommandError(
      `${JSON.stringify(key)} is not a valid key name for a ${what}: a valid config key must consist of alphanumeric ` +
        "characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key in data)
    throw new CommandError(
      `cannot add key ${JSON.stringify(key)}, another key by that name already exists in Data for ${what} ${JSON.stringify(name)}`,
    );
  data[key] = value;
}

/** The data that --from-file, --from-literal and --from-env-file name. */
function collect(k: Kubectl, what: string): Data {
  const name = oneName(k);
  const data: Data = {};
  if (k.flags.list('from-env-file').length > 0 && (k.flags.list('from-file').length > 0 || k.flags.list('from-literal').length > 0)) {
    throw new CommandError('from-env-file cannot be combined with from-file or from-literal');
  }
  const known = k.path === 'create secret docker-registry' ? '.dockerconfigjson=' : '';
  for (const source of k.flags.list('from-file')) addFile(k, data, source.includes('=') ? source : known + source, what, name);
  for (const literal of k.flags.list('from-literal')) {
    const equals = literal.indexOf('=');
    if (equals <= 0) throw new CommandError(`invalid literal source ${literal}, expected key=value`);
    add(data, literal.slice(0, equals), unquoted(literal.slice(equals + 1)), what, name);
  }
  for (const file of k.flags.list('from-env-file')) addEnvFile(k, data, file, what, name);
  return data;
}

function unquoted(value: string): string {
  const quote = value[0];
  return value.length >= 2 && (quote === '"' || quote === "'") && value.endsWith(quote) ? value.slice(1, -1) : value;
}

function addFile(k: Kubectl, data: Data, source: string, what: string, name: string): void {
  const equals = source.indexOf('=');
  const key = equals < 0 ? undefined : source.slice(0, equals);
  const file = equals < 0 ? source : source.slice(equals + 1);
  if (key === '') throw new CommandError(`key name for file path ${file} missing`);
  if (file === '') throw new CommandError(`file path for key name ${key ?? ''} missing`);
  const path = resolvePath(k.io.cwd, file);
  if (!k.io.files.exists(path)) throw new CommandError(`error reading ${file}: no such file or directory`);
  if (k.io.files.stat(path).type !== 'directory') return add(data, key ?? baseName(path), read(k, path, file), what, name);
  if (key !== undefined) throw new CommandError('cannot give a key name for a directory path');
  for (const entry of [...k.io.files.readDirectory(path)].sort()) {
    if (k.io.files.stat(`${path}/${entry}`).type === 'file' && KEY.test(entry))
      add(data, entry, read(k, `${path}/${entry}`, entry), what, name);
  }
}

function read(k: Kubectl, path: string, shown: string): string {
  try {
    return readText(k.io, path, shown);
  } catch (error) {
    if (error instanceof FileError) throw new CommandError(`error reading ${shown}: ${error.message.toLowerCase()}`);
    throw error;
  }
}

function addEnvFile(k: Kubectl, data: Data, file: string, what: string, name: string): void {
  const path = resolvePath(k.io.cwd, file);
  if (!k.io.files.exists(path)) throw new CommandError(`error reading ${file}: no such file or directory`);
  for (const raw of read(k, path, file).split('\n')) {
    const line = raw.replace(/^\s+/, '').replace(/\r$/, '');
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(key)) {
      throw new CommandError(
        `${JSON.stringify(key)} is not a valid key name: a valid environment variable name must consist of alphabetic characters, ` +
          "digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')",
      );
    }
    add(data, key, equals < 0 ? (k.io.env.get(key) ?? '') : line.slice(equals + 1), what, name);
  }
}

/** --append-hash: a suffix that changes with the content. */
function hashed(k: Kubectl, name: string, content: object): string {
  if (!k.flags.bool('append-hash')) return name;
  const hex = sha256Hex(goJson(content)).slice(0, 10);
  return `${name}-${[...hex].map((c) => ({ 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' })[c] ?? c).join('')}`;
}

export const configmap: Command = {
  name: 'create configmap',
  aliases: ['cm'],
  summary: 'Create a config map from a local file, directory or literal value',
  examples: [
    { comment: 'From values', lines: ['kubectl create configmap settings --from-literal=color=blue --from-literal=size=7'] },
    { comment: 'From a file, or every file of a directory', lines: ['kubectl create configmap settings --from-file=app.properties'] },
  ],
  run: async (k) => {
    const name = oneName(k);
    const data = collect(k, 'ConfigMap');
    await createAndPrint(
      k,
      await k.mapping('configmaps'),
      {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: {
          name: hashed(k, name, { data: Object.keys(data).length > 0 ? data : '', kind: 'ConfigMap', name }),
          creationTimestamp: null,
        } as unknown as Obj['metadata'],
        ...(Object.keys(data).length > 0 && { data: sorted(data) }),
      },
      'created',
      'configmap:',
    );
  },
};

const sorted = (data: Data): Data => Object.fromEntries(Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1)));
const encoded = (data: Data): Data => Object.fromEntries(Object.entries(sorted(data)).map(([key, value]) => [key, base64(value)]));

async function createSecret(k: Kubectl, data: Data, type: string): Promise<void> {
  const name = oneName(k);
  const fields = { ...(Object.keys(data).length > 0 && { data: encoded(data) }), ...(type !== '' && { type }) };
  await createAndPrint(
    k,
    await k.mapping('secrets'),
    {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name: hashed(k, name, { data: fields.data ?? '', kind: 'Secret', name, type }),
        creationTimestamp: null,
      } as unknown as Obj['metadata'],
      ...fields,
    },
    'created',
    'secret',
  );
}

export const secret: Command = {
  name: 'create secret',
  summary: 'Create a secret using a specified subcommand',
  description: 'generic holds any values, docker-registry the credentials of an image registry, tls a certificate and its key.',
};

export const secretGeneric: Command = {
  name: 'create secret generic',
  summary: 'Create a secret from a local file, directory, or literal value',
  examples: [
    { comment: 'From values', lines: ['kubectl create secret generic login --from-literal=user=ann --from-literal=password=s3cret'] },
  ],
  run: async (k) => {
    oneName(k);
    await createSecret(k, collect(k, 'Secret'), k.flags.str('type'));
  },
};

function pemText(k: Kubectl, file: string): string {
  try {
    return readText(k.io, resolvePath(k.io.cwd, file), file);
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`Cannot read file ${file}, ${error.message}`);
    throw error;
  }
}

export const secretTls: Command = {
  name: 'create secret tls',
  summary: 'Create a TLS secret',
  examples: [{ comment: 'From a certificate and its key', lines: ['kubectl create secret tls site --cert=tls.crt --key=tls.key'] }],
  run: async (k) => {
    oneName(k);
    const [cert, key] = [k.flags.str('cert'), k.flags.str('key')];
    if (cert === '' || key === '') throw new CommandError('key and cert must be specified');
    const data = { 'tls.crt': pemText(k, cert), 'tls.key': pemText(k, key) };
    // Differs from Kubernetes: that the key belongs to the certificate is not checked.
    if (!data['tls.crt'].includes('-----BEGIN')) throw new CommandError('tls: failed to find any PEM data in certificate input');
    if (!data['tls.key'].includes('-----BEGIN')) throw new CommandError('tls: failed to find any PEM data in key input');
    await createSecret(k, data, 'kubernetes.io/tls');
  },
};

export const secretDocker: Command = {
  name: 'create secret docker-registry',
  summary: 'Create a secret for use with a Docker registry',
  examples: [
    {
      comment: 'For pulling private images',
      lines: [
        'kubectl create secret docker-registry pull --docker-server=registry.example.com --docker-username=ann --docker-password=s3cret',
      ],
    },
  ],
  run: async (k) => {
    oneName(k);
    const text = (name: string): string => k.flags.str(name);
    if (
      k.flags.list('from-file').length === 0 &&
      (text('docker-username') === '' || text('docker-password') === '' || text('docker-server') === '')
    ) {
      throw new CommandError(
        'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
      );
    }
    if (k.flags.list('from-file').length > 0) return createSecret(k, collect(k, 'Secret'), 'kubernetes.io/dockerconfigjson');
    const login = {
      username: text('docker-username'),
      password: text('docker-password'),
      ...(text('docker-email') !== '' && { email: text('docker-email') }),
      auth: base64(`${text('docker-username')}:${text('docker-password')}`),
    };
    await createSecret(
      k,
      { '.dockerconfigjson': JSON.stringify({ auths: { [text('docker-server')]: login } }) },
      'kubernetes.io/dockerconfigjson',
    );
  },
};
