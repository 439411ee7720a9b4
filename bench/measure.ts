/** What the bench measures of the engine, one figure a process: `first`, `scale REPLICAS NODES`, `idle NODES`. Prints JSON. */
import { ADMINISTRATOR, asUser } from '../src/cluster/as-user.ts';
import { boot, openMachines } from '../src/cluster/open.ts';
import { makeProfile } from '../src/cluster/profile.ts';
import { createClient } from '../src/client/create-client.ts';
import type { Client } from '../src/client/client.ts';
import type { Deployment, Pod } from '../src/api/generated/types.ts';
import { Deployments, Pods } from '../src/api/resources.ts';
import type { Simulation } from '../src/sim/simulation.ts';
import { outsideTransport } from '../src/transport/outside.ts';

const HOUR_MICROS = 3600e6;
const LIMIT_MICROS = 900e6;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function clientOf(simulation: Simulation): Client {
  const transport = outsideTransport(simulation, { machine: 'control-plane', channel: 'api', name: 'bench' });
  return createClient(asUser(transport, ADMINISTRATOR), { userAgent: 'bench' });
}

const container = { name: 'web', image: 'nginx' };

/** Time goes on while a request waits: for a service account, say. */
async function driven<T>(simulation: Simulation, work: Promise<T>): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  for (await Promise.resolve(); !over && simulation.frontier < LIMIT_MICROS; ) await simulation.runThrough(simulation.frontier + 10_000);
  return work;
}

/** From nothing to the first Pod Running; its image is pulled. Modules are loaded already. */
async function first(): Promise<object> {
  const before = performance.now();
  const beforeCpu = cpuMs();
  const simulation = await openMachines({ profile: makeProfile() });
  const client = clientOf(simulation);
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' }, spec: { containers: [container] } };
  let created = false;
  for (let phase = ''; phase !== 'Running' && simulation.frontier < LIMIT_MICROS;) {
    await simulation.runThrough(simulation.frontier + 250_000);
    if (created) phase = (await client.get(Pods, 'web', 'default')).status?.phase ?? '';
    // Until the API server answers and the namespace has its service account, there is nothing to create it in.
    else
      created = await driven(
        simulation,
        client.create(Pods, pod).then(
          () => true,
          () => false,
        ),
      );
  }
  return { wallMs: performance.now() - before, cpuMs: cpuMs() - beforeCpu, virtualMs: simulation.frontier / 1000 };
}

async function scale(replicas: number, nodes: number): Promise<object> {
  const profile = makeProfile({ nodes, node: { cpu: '64', memory: '256Gi', ephemeralStorage: '1000Gi', zones: ['a', 'b', 'c'] } });
  const beforeAll = cpuMs();
  const simulation = await openMachines({ profile });
  await boot(simulation, profile);
  const client = clientOf(simulation);
  const before = cpuMs();
  const startedAt = simulation.frontier;
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } },
    },
  };
  await client.create(Deployments, deployment);
  let ready = 0;
  while (ready < replicas && simulation.frontier - startedAt < LIMIT_MICROS) {
    await simulation.runThrough(simulation.frontier + 1e6);
    ready = (await client.get(Deployments, 'web', 'default')).status?.readyReplicas ?? 0;
  }
  const end = cpuMs();
  return {
    replicas,
    nodes,
    ready,
    cpuMs: end - before,
    withStartCpuMs: end - beforeAll,
    virtualMs: (simulation.frontier - startedAt) / 1000,
  };
}

async function idle(nodes: number): Promise<object> {
  const profile = makeProfile({ nodes });
  const simulation = await openMachines({ profile });
  await boot(simulation, profile);
  const hours: number[] = [];
  for (let hour = 0; hour < 3; hour += 1) {
    const before = cpuMs();
    await simulation.runThrough(simulation.frontier + HOUR_MICROS);
    hours.push(cpuMs() - before);
  }
  return { cpuMs: hours[0], laterCpuMs: hours.at(-1) };
}

const [mode, ...numbers] = process.argv.slice(2);
const [one = 0, two = 0] = numbers.map(Number);
const measure = { first, scale: () => scale(one, two), idle: () => idle(one) }[mode ?? ''];
if (measure === undefined) throw new Error(`first, scale or idle, not ${mode}`);
process.stdout.write(`${JSON.stringify(await measure())}\n`);
process.exit(0);
