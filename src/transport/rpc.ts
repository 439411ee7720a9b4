/** A Transport over a channel: requests by id, streams with numbered frames, windows and aborts. Where the other side is
 *  not reached the caller hears what Go would say: refused, i/o timeout, connection lost, EOF.
 *  A connection that is silent for 30 s while something is under way is probed, and lost 15 s later, as client-go's
 *  HTTP/2 health check does; a first answer that does not come within 30 s is a dial that timed out. */
import { onKilled } from '../base/scope.ts';
import type { Transport } from '../api/transport.ts';
import type { World } from '../base/world.ts';
import { disposable } from '../base/dispose.ts';
import type { Channel } from './mux.ts';
import { RpcClient, type DialOptions } from './rpc-client.ts';
import type { RpcMessage } from './rpc-message.ts';
import { RpcServer } from './rpc-server.ts';
import { Peers } from './peers.ts';

export type { DialOptions };

/** Answers the channel's requests with `transport` until the world's scope is killed or the handle is disposed; from then
 *  on they are refused, and what was under way ends with EOF. `transport` may depend on who asks. */
export function serveTransport(world: World, channel: Channel, transport: Transport | ((from: string) => Transport)): Disposable {
  const { server } = endpoint(channel);
  const choose = typeof transport === 'function' ? transport : () => transport;
  const end = (): void => server.end(choose);
  const killed = onKilled(world, end);
  server.begin(world, choose);
  return disposable(() => {
    killed[Symbol.dispose]();
    end();
  });
}

/** A Transport to whatever `to` serves on this channel. What is under way is aborted when the world's scope is killed. */
export function dialTransport(world: World, channel: Channel, to: string, options: DialOptions = {}): Transport {
  return endpoint(channel).client.dial(world, to, options);
}

/** Refuses requests on a channel that nobody serves yet, as a host does whose port is closed. */
export function refuseTransport(channel: Channel): void {
  endpoint(channel);
}

interface Endpoint { readonly client: RpcClient; readonly server: RpcServer }

/** Both directions of a channel: one machine may serve and dial on it. */
function endpoint(channel: Channel): Endpoint {
  return channel.attach(() => {
    const peers = new Peers(channel);
    const client = new RpcClient(channel, peers);
    const server = new RpcServer(channel, peers);
    peers.onLost = (peer, established) => {
      channel.forget(peer);
      client.lost(peer, established ? 'lost' : 'timeout');
      server.lost(peer);
    };
    channel.onMessage((from, body) => {
      const message = body as RpcMessage;
      peers.heard(from);
      switch (message.k) {
        case 'ping': return channel.send(from, { k: 'pong' } satisfies RpcMessage);
        case 'pong': return undefined;
        case 'request': case 'connect': case 'abort': case 'taken': return server.receive(from, message);
        case 'frame': return message.up ? server.receive(from, message) : client.receive(from, message);
        default: return client.receive(from, message);
      }
    });
    channel.onReset(({ peer, why, before }) => {
      client.lost(peer, why, before);
      server.lost(peer);
    });
    return { client, server };
  });
}
