/** minikube, as guides ask it: for the address of the cluster and of a Service, for its state and its add-ons. The cluster
 *  was there before; it is neither made nor removed by it.
 *  Differs from Kubernetes: start, stop and delete change nothing; an add-on that is not part of every cluster here is unknown.
 *  Upstream: https://minikube.sigs.k8s.io/docs/commands/ */
import type { Process, Program } from '../cri/process.ts';
import { collectOutput } from '../cri/streams.ts';

const BUILT_IN: readonly (readonly [addon: string, says: string])[] = [
  ['default-storageclass', 'a default StorageClass'],
  ['metrics-server', 'metrics-server'],
  ['storage-provisioner', 'a provisioner of volumes'],
];
/** Add-ons that are applied when they are asked for, by where minikube has their manifest. */
const MANIFESTS: Readonly<Record<string, { readonly url: string; readonly verified: readonly string[] }>> = {
  ingress: {
    url: 'https://raw.githubusercontent.com/kubernetes/minikube/master/deploy/addons/ingress/ingress-deploy.yaml',
    verified: ['rollout', 'status', '-n', 'ingress-nginx', 'deployment/ingress-nginx-controller', '--timeout=360s'],
  },
};
const VALUED: ReadonlySet<string> = new Set([
  '-n',
  '--namespace',
  '-p',
  '--profile',
  '--format',
  '--wait',
  '--interval',
  '--driver',
  '--memory',
  '--cpus',
  '--nodes',
  '-o',
  '--output',
]);

interface Words {
  readonly operands: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

function wordsOf(args: readonly string[]): Words {
  const operands: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const equals = word.indexOf('=');
    if (!word.startsWith('-')) operands.push(word);
    else if (equals > 0) flags.set(word.slice(0, equals), word.slice(equals + 1));
    else if (VALUED.has(word)) flags.set(word, args[(at += 1)] ?? '');
    else flags.set(word, 'true');
  }
  return { operands, flags };
}

interface Asked {
  readonly code: number;
  readonly text: string;
}

/** What kubectl prints for it; its errors go where ours go. */
async function kubectl(process: Process, args: readonly string[]): Promise<Asked> {
  const output = collectOutput();
  const code = await process.spawnChild(['kubectl', ...args], { stdout: output }).wait();
  return { code, text: output.text() };
}

const NODE_ADDRESS = ['get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}'] as const;

async function ip(process: Process): Promise<number> {
  const { code, text } = await kubectl(process, NODE_ADDRESS);
  if (code === 0) await process.stdout.write(`${text}\n`);
  return code;
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly nodePort?: number;
}

async function service(process: Process, { operands, flags }: Words): Promise<number> {
  const namespace = flags.get('-n') ?? flags.get('--namespace');
  const name = operands[0];
  if (name === undefined) {
    await process.stderr.write('X Exiting due to MK_USAGE: You must specify a service name\n');
    return 64;
  }
  if (name === 'list')
    return await process.spawnChild(['kubectl', 'get', 'services', ...(namespace === undefined ? ['-A'] : ['-n', namespace])]).wait();
  const ports = await kubectl(process, ['get', 'service', name, '-n', namespace ?? 'default', '-o', 'jsonpath={.spec.ports}']);
  if (ports.code !== 0) {
    const where = namespace ?? 'default';
    await process.stderr.write(
      `X Exiting due to SVC_NOT_FOUND: Service '${name}' was not found in '${where}' namespace.\n` +
        `You may select another namespace by using 'minikube service ${name} -n <namespace>'. Or list out all the services using 'minikube service list'\n`,
    );
    return 115;
  }
  const address = await kubectl(process, NODE_ADDRESS);
  const open = (JSON.parse(ports.text === '' ? '[]' : ports.text) as readonly ServicePort[]).filter(
    ({ nodePort }) => nodePort !== undefined,
  );
  const urls = open.map(({ nodePort }) => `http://${address.text}:${nodePort}`);
  if (urls.length === 0) {
    await process.stderr.write(
      `X Exiting due to SVC_UNREACHABLE: service not available: ${namespace ?? 'default'}/${name} has no node port\n`,
    );
    return 115;
  }
  if (flags.has('--url')) await process.stdout.write(urls.map((url) => `${url}\n`).join(''));
  else {
    const rows = open.map(({ name: port, port: number }, index) => [
      namespace ?? 'default',
      name,
      port === undefined ? String(number) : `${port}/${number}`,
      urls[index] ?? '',
    ]);
    await process.stdout.write(framed(['NAMESPACE', 'NAME', 'TARGET PORT', 'URL'], rows));
  }
  return 0;
}

/** A table in a frame of dashes. */
function framed(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|\n`;
  const line = (cells: readonly string[]): string =>
    `|${widths.map((width, column) => ` ${(cells[column] ?? '').padEnd(width)} `).join('|')}|\n`;
  return `${rule}${line(head)}${rule}${rows.map(line).join('')}${rule}`;
}

async function addons(process: Process, { operands }: Words): Promise<number> {
  const [verb, name] = operands;
  if (verb === 'list') {
    await process.stdout.write(
      framed(
        ['ADDON NAME', 'PROFILE', 'STATUS'],
        BUILT_IN.map(([addon]) => [addon, 'minikube', 'enabled']),
      ),
    );
    return 0;
  }
  const manifest = name === undefined || !Object.hasOwn(MANIFESTS, name) ? undefined : MANIFESTS[name];
  if (manifest !== undefined && (verb === 'enable' || verb === 'disable')) {
    const args = verb === 'enable' ? ['apply', '-f', manifest.url] : ['delete', '--ignore-not-found', '-f', manifest.url];
    const applied = await kubectl(process, args);
    if (applied.code === 0 && verb === 'enable') await process.stdout.write(`* Verifying ${name} addon...\n`);
    const { code } = applied.code === 0 && verb === 'enable' ? await kubectl(process, manifest.verified) : applied;
    if (code === 0) await process.stdout.write(`* The '${name}' addon is ${verb}d\n`);
    return code;
  }
  const known = BUILT_IN.find(([addon]) => addon === name);
  if (verb === 'enable' && known) {
    await process.stdout.write(`* The '${known[0]}' addon is enabled: ${known[1]} is part of this cluster\n`);
    return 0;
  }
  await process.stderr.write(
    verb === 'enable'
      ? `X Exiting due to MK_ADDON_ENABLE: ${name ?? ''} is not a valid addon here: this sandbox has ${[...Object.keys(MANIFESTS), ...BUILT_IN.map(([addon]) => addon)].join(', ')}\n`
      : `X addons ${verb ?? ''}: nothing to do\n`,
  );
  return 80;
}

const STATUS = 'minikube\ntype: Control Plane\nhost: Running\nkubelet: Running\napiserver: Running\nkubeconfig: Configured\n\n';
const STARTED = '* The cluster is running already\n* Done! kubectl is now configured to use it and "default" namespace by default\n';

const NO_ENGINE = '# There is no container engine to point at. Images that are known here can be used in Pods at once.\n';
/** As long as the real one takes to look at its machine: a loop over it is not for nothing. */
const LOOK_MS = 200;

const COMMANDS: Readonly<Record<string, (process: Process, words: Words, args: readonly string[]) => Promise<number>>> = {
  ip,
  service,
  addons,
  kubectl: (process, _words, args) => process.spawnChild(['kubectl', ...args.filter((word, index) => index > 0 || word !== '--')]).wait(),
  'docker-env': (process) => say(process, NO_ENGINE),
  'podman-env': (process) => say(process, NO_ENGINE),
  start: (process) => say(process, STARTED),
  status: (process) => say(process, STATUS),
  version: (process) => say(process, 'minikube version: v1.37.0\n'),
  node: (process) => process.spawnChild(['kubectl', 'get', 'nodes']).wait(),
  profile: (process) => say(process, 'minikube\n'),
  'update-context': (process) => say(process, '* "minikube" context has been updated\n'),
};

async function say(process: Process, text: string): Promise<number> {
  await process.stdout.write(text);
  return 0;
}

export function minikubeProgram(): Program {
  return async (process) => {
    const [command = '', ...args] = process.argv.slice(1);
    await process.clock.sleep(LOOK_MS);
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
    if (run) return run(process, wordsOf(args), args);
    await process.stderr.write(
      `minikube: ${command === '' ? 'a command is missing' : `${command} is not part of this sandbox`}: its cluster is already running, and stays. There are: ${Object.keys(COMMANDS).join(', ')}\n`,
    );
    return 127;
  };
}
