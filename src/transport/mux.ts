/** Named channels between machines over the kernel's messages, with what TCP tells its users: a peer that lost power and
 *  came back, or a stretch of messages that a cut link swallowed, breaks what was under way (onReset). Nothing else is
 *  lost or reordered. Peers whose name begins with @ are outside the cluster: the journal's inputs and observers. */
import { disposable } from '../base/dispose.ts';
import type { World } from '../base/world.ts';
import { INPUT, isQuiet, plain } from '../sim/quiet.ts';
import type { MachineContext } from '../sim/machine-context.ts';

export interface Mux {
  readonly machine: string;
  /** The same object each time. */
  channel(name: string): Channel;
}

export interface Channel {
  readonly name: string;
  readonly machine: string;
  /** The machine's own world: what belongs to no component outlives them in it. */
  readonly world: World;
  /** JSON values. `to` may be this machine itself: it then arrives within the instant. A peer's name with "~" behind it
   *  goes by quiet links (see MachineContext.send). Tells the message's number on its way to that peer. */
  send(to: string, body: object): number;
  /** One handler a channel; another replaces it. */
  onMessage(handler: (from: string, body: object) => void): Disposable;
  /** What is under way with that peer is lost: it started anew, messages are missing, or nobody listens there. */
  onReset(handler: (reset: Reset) => void): Disposable;
  /** Gives up what is under way with that peer: what is sent from now on stands by itself, as on a new connection. */
  forget(peer: string): void;
  /** Something that belongs to the channel, made when it is first asked for. */
  attach<T extends object>(make: (channel: Channel) => T): T;
}

/** What was sent to the peer with a number below `before` got no answer and will get none. */
export interface Reset { readonly peer: string; readonly why: 'reset' | 'refused'; readonly before: number }

/** On the wire: channel, number in this direction, the sender's connection ("incarnation.count"), body. Without a body:
 *  messages before `x` were lost, or (`r`) nobody listens. */
interface Frame { readonly c: string; readonly n: number; readonly i: string; readonly b?: object; readonly x?: number; readonly r?: 1 }

/** The output channel under which answers to peers outside leave a machine. */
export const OUTSIDE = 'mux';
/** What leaves there. */
export interface OutsideMessage { readonly to: string; readonly channel: string; readonly body: object }

/** The body of a journal's or an observer's message to a channel. */
export function toChannel(channel: string, body: object): object {
  return { c: channel, n: 0, i: '', b: body } satisfies Frame;
}

export function openMux(context: MachineContext): Mux {
  const channels = new Map<string, MuxChannel>();
  const channel = (name: string): MuxChannel => {
    let found = channels.get(name);
    if (!found) channels.set(name, (found = new MuxChannel(context, name)));
    return found;
  };
  context.onMessage((message) => {
    const frame = message.body as Frame;
    channel(frame.c).receive(message.from, frame);
  });
  return { machine: context.machine, channel };
}

interface Peer {
  sent: number;
  /** How often this side has begun anew. */
  count: number;
  /** The number that the next message should have; -1: whatever comes is right. */
  expected: number;
  /** The other side's connection. */
  theirs: string | undefined;
}

class MuxChannel implements Channel {
  private readonly peers = new Map<string, Peer>();
  private handler: ((from: string, body: object) => void) | undefined;
  private readonly resets = new Set<(reset: Reset) => void>();
  private attached: object | undefined;

  constructor(private readonly context: MachineContext, readonly name: string) {}

  get world(): World {
    return this.context;
  }

  get machine(): string {
    return this.context.machine;
  }

  send(to: string, body: object): number {
    if (to.startsWith('@')) {
      this.context.output(OUTSIDE, { to, channel: this.name, body } satisfies OutsideMessage, { observed: to === INPUT });
      return 0;
    }
    return this.post(to, { b: body });
  }

  onMessage(handler: (from: string, body: object) => void): Disposable {
    this.handler = handler;
    return disposable(() => { if (this.handler === handler) this.handler = undefined; });
  }

  onReset(handler: (reset: Reset) => void): Disposable {
    this.resets.add(handler);
    return disposable(() => this.resets.delete(handler));
  }

  attach<T extends object>(make: (channel: Channel) => T): T {
    return (this.attached ??= make(this)) as T;
  }

  forget(name: string): void {
    const peer = this.peer(name);
    peer.sent = 0;
    peer.count += 1;
    peer.expected = -1;
  }

  receive(from: string, frame: Frame): void {
    if (!from.startsWith('@')) this.check(from, frame);
    if (frame.b === undefined) return;
    if (this.handler) this.handler(from, frame.b);
    else if (!from.startsWith('@')) this.post(from, { r: 1, x: frame.n + 1 });
  }

  private check(from: string, { n, i, b, x, r }: Frame): void {
    const peer = this.peer(from);
    const anyhow = peer.expected === -1;
    const anew = peer.theirs !== undefined && i !== peer.theirs;
    // A connection that is new to us begins at 0, also where we had given up the one before.
    const gap = anew ? n !== 0 : !anyhow && n !== peer.expected;
    peer.theirs = i;
    peer.expected = n + 1;
    if (gap) this.post(from, { x: n });
    if (gap || (anew && !anyhow && b !== undefined)) this.tell({ peer: from, why: 'reset', before: Infinity });
    else if (b === undefined) this.tell({ peer: from, why: r ? 'refused' : 'reset', before: x ?? Infinity });
  }

  private tell(reset: Reset): void {
    for (const handler of [...this.resets]) handler(reset);
  }

  private post(to: string, what: Pick<Frame, 'b' | 'x' | 'r'>): number {
    const peer = this.peer(to);
    const n = peer.sent;
    peer.sent += 1;
    const i = `${this.context.incarnation}.${peer.count}`;
    const frame: Frame = what.b === undefined ? { c: this.name, n, i, ...what } : { c: this.name, n, i, b: what.b };
    this.context.send(plain(to), frame, isQuiet(to) ? { quiet: true } : undefined);
    return n;
  }

  private peer(name: string): Peer {
    let peer = this.peers.get(name);
    if (!peer) this.peers.set(name, (peer = { sent: 0, count: 0, expected: 0, theirs: undefined }));
    return peer;
  }
}
