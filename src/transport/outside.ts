/** A Transport from outside the cluster to a machine's channel. Reads are observers: they leave no trace in history and
 *  are answered at the present instant. Writes are inputs: journal entries that every replay makes again. */
import type { World } from '../base/world.ts';
import { outsideWorld } from '../sim/outside-world.ts';
import { INPUT } from '../sim/quiet.ts';
import type { Simulation } from '../sim/simulation.ts';
import { ApiError, isObserverRefused } from '../api/errors.ts';
import type { ApiRequest, Transport } from '../api/transport.ts';
import { OUTSIDE, toChannel, type Channel, type OutsideMessage } from './mux.ts';
import { Peers } from './peers.ts';
import { RpcClient } from './rpc-client.ts';
import type { RpcMessage } from './rpc-message.ts';

export interface OutsideOptions {
  readonly machine: string;
  /** The channel on which the machine serves a Transport. */
  readonly channel: string;
  /** Which requests and streams change history; default: every method but GET, HEAD and OPTIONS. */
  readonly writes?: (request: ApiRequest) => boolean;
  /** Tells observers apart. */
  readonly name?: string;
  /** Nothing becomes an input, not even a read that the server can only answer over the network. */
  readonly onlyObserves?: boolean;
}

/** Ends when the simulation is closed; `onError` hears of inputs that could not be applied. */
export function outsideTransport(simulation: Simulation, options: OutsideOptions, onError: (error: unknown) => void = () => undefined): Transport {
  const { writes = isWrite } = options;
  const observer = `@${options.name ?? 'observer'}`;
  const read = new OutsideChannel(options.channel, observer, (body) => simulation.observe(options.machine, observer, body), onError);
  const write = new OutsideChannel(options.channel, INPUT, async (body) => { await simulation.apply({ type: 'message', to: options.machine, body }); }, onError);
  simulation.onOutput((output) => {
    if (output.machine !== options.machine || output.channel !== OUTSIDE) return;
    const message = output.body as OutsideMessage;
    if (message.channel !== options.channel) return;
    if (message.to === observer) read.receive(options.machine, message.body);
    else if (message.to === INPUT) write.receive(options.machine, message.body);
  });
  simulation.onMove(() => read.lost());
  const reader = read.dial(options.machine, 'r');
  // Ids stand in the journal, so they are unlike all that stand there already: the first write is an entry itself.
  let writer: Transport | undefined;
  const writing = (): Transport => (writer ??= write.dial(options.machine, `w${simulation.entries.length}-`));
  const choose = (request: ApiRequest): Transport => (writes(request) ? writing() : reader);
  return {
    async request(request, signal) {
      const answer = await choose(request).request(request, signal);
      if (options.onlyObserves === true || writes(request) || answer.status !== 503 || !isObserverRefused(answer.body as { message?: string })) return answer;
      return writing().request(request, signal);
    },
    async connect(request, signal) {
      try {
        return await choose(request).connect(request, signal);
      } catch (error) {
        if (options.onlyObserves === true || writes(request) || !(error instanceof ApiError) || !isObserverRefused(error.status)) throw error;
        return writing().connect(request, signal);
      }
    },
  };
}

export function isWrite(request: ApiRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS';
}

/** The outer end of a channel: what it sends becomes an observation or an input. */
class OutsideChannel implements Channel {
  readonly world: World = outsideWorld();
  /** What is under way gets no answer any more. */
  lost: () => void = () => undefined;
  private handler: ((from: string, body: object) => void) | undefined;

  constructor(readonly name: string, readonly machine: string, private readonly post: (body: object) => Promise<void>, private readonly onError: (error: unknown) => void) {}

  dial(to: string, prefix: string): Transport {
    const client = new RpcClient(this, new Peers(this), prefix);
    this.lost = () => client.lost(to, 'reset');
    this.onMessage((from, body) => client.receive(from, body as RpcMessage));
    return client.dial(this.world, to, {});
  }

  receive(from: string, body: object): void {
    this.handler?.(from, body);
  }

  send(_to: string, body: object): number {
    this.post(toChannel(this.name, body)).catch(this.onError);
    return 0;
  }

  onMessage(handler: (from: string, body: object) => void): Disposable {
    this.handler = handler;
    return { [Symbol.dispose]() {} };
  }

  onReset(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  forget(): void {}

  attach<T extends object>(make: (channel: Channel) => T): T {
    return make(this);
  }
}
