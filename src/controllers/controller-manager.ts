/** kube-controller-manager: the table of controllers, run by whichever replica holds the Lease.
 *  Upstream: cmd/kube-controller-manager/app/{controllermanager,core}.go */
import type { World } from '../base/world.ts';
import type { Transport, UserInfo } from '../api/transport.ts';
import type { Client } from '../client/client.ts';
import { createClient } from '../client/create-client.ts';
import { createLeadership } from '../client/leader-election.ts';
import { createRateLimit } from '../client/rate-limit.ts';
import { createRecorder } from '../client/recorder.ts';
import { runControllers, type ControllerRow } from '../client/runner.ts';
import type { CertificateAuthority } from './certificate-signer.ts';
import type { TokenSigner } from './serviceaccount-token.ts';
import { createControllerRows } from './table.ts';

export interface ControllerManagerOptions {
  /** The machine it runs on: the first half of its identity. */
  readonly hostname?: string;
  /** PEM text for kube-root-ca.crt. */
  readonly rootCA?: string;
  /** Signs certificates of clients; without it, nothing is signed. */
  readonly authority?: CertificateAuthority;
  /** Signs the tokens of Secrets; without it, they stay empty. */
  readonly signToken?: TokenSigner;
  /** Pod addresses of the cluster; each node gets a /24 of them. */
  readonly clusterCIDR?: string;
  readonly leaderElect?: boolean;
  /** Controllers not to run, by name; '*' leaves only those in `only`. */
  readonly without?: readonly string[];
  readonly only?: readonly string[];
  /** Requests a second and burst of each controller's client. */
  readonly qps?: number;
  readonly burst?: number;
  /** The user of a controller's requests, where the transport does not say it. */
  readonly userOf?: (controller: string) => UserInfo | undefined;
}

export interface ControllerManagerArguments {
  readonly world: World;
  readonly transport: Transport;
  readonly options?: ControllerManagerOptions;
}

const NAME = 'kube-controller-manager';
const QPS = 20;
const BURST = 30;
/** These two visit every kind of object, so they may ask more often. */
const HUNGRY: Readonly<Record<string, number>> = { 'namespace-controller': 20, 'garbage-collector-controller': 20 };

/** Resolves when leadership is lost: the process must end then, and its successor takes over when the Lease has run out. */
export async function runControllerManager({ world, transport, options = {} }: ControllerManagerArguments): Promise<void> {
  const clientFor = (name: string): Client => {
    const factor = HUNGRY[name] ?? 1;
    const user = options.userOf?.(name);
    return createClient(transport, {
      userAgent: `${NAME}/${name}`,
      ...(user !== undefined && { user }),
      rateLimit: createRateLimit(world.clock, { perSecond: (options.qps ?? QPS) * factor, burst: (options.burst ?? BURST) * factor }),
    });
  };
  const unlimited = (name: string): Client => createClient(transport, { userAgent: `${NAME}/${name}` });
  const start = (inside: World): Promise<void> =>
    runControllers({
      world: inside,
      clientFor,
      sharedClient: unlimited('shared-informers'),
      controllers: rowsFor(options),
    });
  if (options.leaderElect === false) {
    await start(world);
    return world.suspend(() => undefined);
  }
  const client = unlimited('leader-election');
  const identity = `${options.hostname ?? 'control-plane'}_${world.random.fork('identity').uuid()}`;
  const recorder = createRecorder(world, client, { component: NAME });
  const leadership = createLeadership(world, { client, recorder, namespace: 'kube-system', name: NAME, identity });
  await leadership.acquired();
  const controllers = world.scope('controllers');
  world.spawn('start controllers', () => start(controllers.world));
  await leadership.lost();
  controllers.kill();
}

function rowsFor(options: ControllerManagerOptions): readonly ControllerRow[] {
  const rows = createControllerRows({
    rootCA: options.rootCA ?? options.authority?.certificate ?? '',
    authority: options.authority,
    clusterCIDR: options.clusterCIDR ?? '10.244.0.0/16',
    signToken: options.signToken,
  });
  if (options.only !== undefined) return rows.filter((row) => options.only!.includes(row.name));
  return rows.filter((row) => !(options.without ?? []).includes(row.name));
}
