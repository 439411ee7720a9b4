/** kubectl cluster-info dump: what one sends with a bug report.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go */
import type { Command, Kubectl } from '../command.ts';
import { CommandError, StatusError, errorText } from '../errors.ts';
import { type Obj, list, str } from '../obj.ts';
import { resolvePath } from '../paths.ts';
import { objectPrinter, outputFormat } from '../printers/output.ts';
import { typed } from '../printers/typed.ts';

/** Where a text goes: by name into the folder of --output-directory, or all to standard output. */
type Write = (file: string, text: string) => Promise<void>;

export const clusterInfoDump: Command = {
  name: 'cluster-info dump',
  summary: 'Dump relevant information for debugging and diagnosis',
  run: async (k) => {
    const folder = k.flags.str('output-directory');
    const toFolder = folder !== '' && folder !== '-';
    const write: Write = toFolder ? writerTo(k, resolvePath(k.io.cwd, folder)) : async (_, text) => k.print(text);
    const format = outputFormat(k);
    const print = objectPrinter(k, format, true);
    const dump = async (file: string, path: string): Promise<Obj> => {
      const found = await k.rest.json('GET', path);
      if (format.name === 'name') throw new CommandError(`list types are not supported by name printing: *v1.${str(found, 'kind')}`);
      await write(`${file}.${format.name === 'yaml' ? 'yaml' : 'json'}`, print(bareItems(found)));
      return found;
    };
    await dump('nodes', '/api/v1/nodes');
    for (const namespace of await namespacesOf(k)) {
      for (const resource of ['events', 'replicationcontrollers', 'services'])
        await dump(`${namespace}/${FILES[resource] ?? resource}`, `/api/v1/namespaces/${namespace}/${resource}`);
      for (const resource of ['daemonsets', 'deployments', 'replicasets'])
        await dump(`${namespace}/${resource}`, `/apis/apps/v1/namespaces/${namespace}/${resource}`);
      const pods = await dump(`${namespace}/pods`, `/api/v1/namespaces/${namespace}/pods`);
      await dumpLogs(k, list(pods, 'items') as Obj[], write);
    }
    if (toFolder) await k.print(`Cluster info dumped to ${folder}\n`);
  },
};

const FILES: Readonly<Record<string, string>> = { replicationcontrollers: 'replication-controllers' };

async function namespacesOf(k: Kubectl): Promise<readonly string[]> {
  if (k.flags.bool('all-namespaces'))
    return list(await k.rest.json('GET', '/api/v1/namespaces'), 'items').map((n) => str(n, 'metadata', 'name'));
  return k.flags.list('namespaces').length > 0 ? k.flags.list('namespaces') : ['kube-system', k.namespace];
}

/** The objects of a list that was read into Go's types do not say what they are. */
function bareItems(found: Obj): Obj {
  const kind = str(found, 'kind').replace(/List$/, '');
  return {
    ...found,
    items: list(found, 'items').map((item) => {
      const { kind: _, apiVersion: __, ...rest } = typed({ ...(item as Obj), apiVersion: found.apiVersion, kind } as Obj);
      return rest;
    }),
  } as Obj;
}

function writerTo(k: Kubectl, folder: string): Write {
  return async (file, text) => {
    const path = `${folder}/${file}`;
    k.io.files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    k.io.files.writeFile(path, text);
  };
}

async function dumpLogs(k: Kubectl, pods: readonly Obj[], write: Write): Promise<void> {
  for (const pod of pods) {
    const [namespace, name] = [str(pod, 'metadata', 'namespace'), str(pod, 'metadata', 'name')];
    let text = '';
    for (const container of [...list(pod, 'spec', 'initContainers'), ...list(pod, 'spec', 'containers')]) {
      const title = `logs for container ${str(container, 'name')} of pod ${namespace}/${name} ====\n`;
      text += `==== START ${title}${await logOf(k, namespace, name, str(container, 'name'))}==== END ${title}`;
    }
    await write(`${namespace}/${name}/logs.txt`, text);
  }
}

async function logOf(k: Kubectl, namespace: string, name: string, container: string): Promise<string> {
  try {
    return await k.rest.text('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log`, { query: [['container', container]] });
  } catch (error) {
    if (k.io.signal.aborted) throw error;
    const away = error instanceof StatusError && error.status.code === 503;
    return `Request log error: ${away ? `the server is currently unable to handle the request (get pods ${name})` : errorText(error)}\n`;
  }
}
