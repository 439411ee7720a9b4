/** kubectl cluster-info, version, proxy, plugin, completion, options and kustomize: small ones.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/{clusterinfo,version,proxy,plugin,completion} */
import type { Command, Kubectl } from '../command.ts';
import { CommandError, usageError } from '../errors.ts';
import { optionsText } from '../help.ts';
import { buildKustomization } from '../kustomize.ts';
import { list, str } from '../obj.ts';
import { klogWarning } from '../klog.ts';
import { resolvePath } from '../paths.ts';
import { serveProxy } from '../proxy.ts';
import { toYaml } from '../yaml.ts';
import { pluginListing } from '../plugins.ts';

export const clusterInfo: Command = {
  name: 'cluster-info',
  summary: 'Display cluster information',
  run: async (k) => {
    const address = k.config.server || 'http://localhost:8080';
    await k.discovery();
    const namespace = k.namespaceGiven ? k.namespace : 'kube-system';
    const found = await k.rest.json('GET', `/api/v1/namespaces/${namespace}/services`, {
      query: [['labelSelector', 'kubernetes.io/cluster-service=true']],
    });
    const lines = list(found, 'items').map((s) => {
      const name = str(s, 'metadata', 'labels', 'kubernetes.io/name') || str(s, 'metadata', 'name');
      const port = str(list(s, 'spec', 'ports')[0], 'name');
      return `${name} is running at ${address}/api/v1/namespaces/${namespace}/services/${str(s, 'metadata', 'name')}${port === '' ? '' : `:${port}`}/proxy\n`;
    });
    await k.print(
      `Kubernetes control plane is running at ${address}\n${lines.join('')}\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n`,
    );
  },
};

export const version: Command = {
  name: 'version',
  summary: 'Print the client and server version information',
  run: async (k) => {
    if (k.args.length > 0) throw new CommandError(`extra arguments: [${k.args.join(' ')}]`);
    const output = k.flags.str('output');
    if (output !== '' && output !== 'json' && output !== 'yaml') throw new CommandError(`--output must be 'yaml' or 'json'`);
    const client = clientVersion(k);
    const server = k.flags.bool('client') ? undefined : await k.rest.json('GET', '/version', { query: [['timeout', '32s']] });
    if (output !== '') {
      const all = { clientVersion: client, kustomizeVersion: k.version.kustomize, ...(server !== undefined && { serverVersion: server }) };
      return k.print(output === 'json' ? `${JSON.stringify(all, undefined, 2)}\n` : `${toYaml(all)}\n`);
    }
    await k.print(`Client Version: ${k.version.gitVersion}\nKustomize Version: ${k.version.kustomize}\n`);
    if (server === undefined) return;
    await k.print(`Server Version: ${str(server, 'gitVersion')}\n`);
    const [ours, theirs] = [minor(k.version.gitVersion), minor(str(server, 'gitVersion'))];
    if (Math.abs(ours - theirs) > 1) {
      await k.say(
        `WARNING: version difference between client (1.${ours}) and server (1.${theirs}) exceeds the supported minor version skew of +/-1\n`,
      );
    }
  },
};

const minor = (text: string): number => Number(/^v\d+\.(\d+)/.exec(text)?.[1] ?? '0');

function clientVersion(k: Kubectl): object {
  const [, major = '1', minorText = '33'] = /^v(\d+)\.(\d+)/.exec(k.version.gitVersion) ?? [];
  return {
    major,
    minor: minorText,
    gitVersion: k.version.gitVersion,
    gitCommit: '8adc0f041b8e7ad1d30e29cc59c6ae7a15e19828',
    gitTreeState: 'clean',
    buildDate: '2025-05-15T08:27:33Z',
    goVersion: 'go1.24.2',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

export const options: Command = {
  name: 'options',
  summary: 'List global options',
  run: async (k) => k.print(optionsText()),
};

export const plugin: Command = { name: 'plugin', summary: 'Provides utilities for interacting with plugins' };
export const pluginList: Command = {
  name: 'plugin list',
  summary: "List all visible plugin executables on a user's PATH",
  run: async (k) => {
    const { out, err } = pluginListing(k.io);
    await k.print(out);
    if (err !== '') throw new CommandError(err);
  },
};

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];
export const completion: Command = {
  name: 'completion',
  summary: 'Output shell completion code for the specified shell (bash, zsh, fish, or powershell)',
  run: async (k) => {
    if (k.args.length === 0) throw usageError('completion', 'Shell not specified.');
    if (k.args.length > 1) throw usageError('completion', 'Too many arguments. Expected only the shell type.');
    if (!SHELLS.includes(k.args[0]!)) throw usageError('completion', `Unsupported shell type ${JSON.stringify(k.args[0])}.`);
    // Differs from Kubernetes: completion is built into this shell, so the script has nothing to do.
    await k.print(`# ${k.args[0]} completion for kubectl: this shell completes kubectl by itself\n`);
  },
};

export const proxy: Command = {
  name: 'proxy',
  summary: 'Run a proxy to the Kubernetes API server',
  run: async (k) => {
    const [www, port] = [k.flags.str('www'), k.flags.str('port')];
    if (www !== '' && !k.io.files.exists(resolvePath(k.io.cwd, www)))
      await klogWarning(k.io, 'proxy.go:200', `Failed to stat static file directory ${www}: stat ${www}: no such file or directory`);
    if (k.flags.bool('disable-filter'))
      await klogWarning(k.io, 'proxy.go:177', 'Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious');
    const socket = k.flags.str('unix-socket');
    if (socket !== '' && !k.io.files.exists(resolvePath(k.io.cwd, socket).replace(/\/[^/]*$/, '') || '/'))
      throw new CommandError(`listen unix ${socket}: bind: no such file or directory`);
    if (Number(port) > 65535) throw new CommandError(`listen tcp: address ${port}: invalid port`);
    if (k.io.net === undefined) throw new CommandError('there is no network here to listen on');
    await serveProxy(k, k.io.net);
  },
};

export const kustomize: Command = {
  name: 'kustomize',
  summary: 'Build a kustomization target from a directory or URL',
  examples: [{ comment: 'Show what a kustomization makes', lines: ['kubectl kustomize ./overlay'] }],
  complete: 'file',
  run: async (k) => {
    if (k.args.length > 1) throw new CommandError('specify one path to kustomization.yaml');
    const restrictor = k.flags.str('load-restrictor');
    if (!['LoadRestrictionsRootOnly', 'LoadRestrictionsNone'].includes(restrictor))
      throw new CommandError(
        `illegal flag value --load-restrictor ${restrictor}; legal values: [LoadRestrictionsRootOnly LoadRestrictionsNone]`,
      );
    const objects = await buildKustomization(k.io, k.args[0] ?? '.');
    const text = objects.map((o) => toYaml(o)).join('---\n');
    if (k.flags.str('output') === '') return k.print(text);
    k.io.files.writeFile(resolvePath(k.io.cwd, k.flags.str('output')), text);
  },
};
