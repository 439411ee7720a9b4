/** Notices that a peer is gone while something is under way with it. */
import type { Micros } from '../base/world.ts';
import type { Channel } from './mux.ts';
import type { RpcMessage } from './rpc-message.ts';

const SILENCE_MS = 30_000;
const PROBE_MS = 15_000;

interface Peer { heardAt: Micros; busy: number; established: boolean; probedAt: Micros | undefined; timer: Disposable | undefined }

export class Peers {
  onLost: (peer: string, established: boolean) => void = () => undefined;
  private readonly peers = new Map<string, Peer>();

  constructor(private readonly channel: Channel) {}

  heard(name: string): void {
    const peer = this.peers.get(name);
    if (!peer) return;
    peer.heardAt = this.now();
    peer.established = true;
  }

  /** Something is under way from now on; a server knows that its client is there. */
  hold(name: string, established = false): void {
    if (name.startsWith('@') || name === this.channel.machine) return;
    let peer = this.peers.get(name);
    if (!peer) this.peers.set(name, (peer = { heardAt: this.now(), busy: 0, established, probedAt: undefined, timer: undefined }));
    if (peer.busy === 0 && peer.timer === undefined) {
      peer.heardAt = this.now();
      peer.probedAt = undefined;
      this.wait(name, peer, SILENCE_MS);
    }
    peer.busy += 1;
  }

  release(name: string): void {
    const peer = this.peers.get(name);
    if (peer) peer.busy = Math.max(0, peer.busy - 1);
  }

  private wait(name: string, peer: Peer, delayMs: number): void {
    peer.timer = this.channel.world.clock.setTimer(delayMs, () => {
      peer.timer = undefined;
      if (peer.busy > 0) this.look(name, peer);
    });
  }

  private look(name: string, peer: Peer): void {
    const silentMs = (this.now() - peer.heardAt) / 1000;
    if (peer.probedAt !== undefined && peer.heardAt >= peer.probedAt) peer.probedAt = undefined;
    if (silentMs < SILENCE_MS) return this.wait(name, peer, SILENCE_MS - silentMs);
    if (peer.established && peer.probedAt === undefined) {
      peer.probedAt = this.now();
      this.channel.send(name, { k: 'ping' } satisfies RpcMessage);
      return this.wait(name, peer, PROBE_MS);
    }
    const { established } = peer;
    this.peers.delete(name);
    this.onLost(name, established);
  }

  private now(): Micros {
    return this.channel.world.clock.micros();
  }
}
