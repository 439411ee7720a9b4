/** Calls of a host as text. The header is JSON; the bodies of messages stand behind it back to back, so that a conductor
 *  passes on what one host wrote and another will read without parsing or escaping it. Infinity is -1 in the header. */
import type { HostPort, Past, Ran, RunRequest } from './host.ts';
import type { MachineSpec, Draft } from './machine.ts';
import type { LinkChange } from './journal.ts';
import type { Message } from './machine-context.ts';
import { WireBody } from './wire-body.ts';

export type HostCall =
  | { readonly call: 'start'; readonly spec: MachineSpec; readonly past?: Past }
  | { readonly call: 'drop'; readonly machine: string }
  | { readonly call: 'link'; readonly between: readonly [string, string]; readonly change: LinkChange }
  | { readonly call: 'run'; readonly request: RunRequest }
  | { readonly call: 'observe'; readonly machine: string; readonly from: string; readonly body: object; readonly at: number }
  | { readonly call: 'digests' }
  | { readonly call: 'handOver' };

/** Makes the call and gives its answer as text. */
export async function answerCall(host: HostPort, text: string): Promise<string> {
  const call = decodeCall(text);
  switch (call.call) {
    case 'start': return encodeRan(await host.start(call.spec, call.past));
    case 'drop': return encodeRan(await host.drop(call.machine));
    case 'run': return encodeRan(await host.run(call.request));
    case 'observe': return encodeRan(await host.observe(call.machine, call.from, call.body, call.at));
    case 'link':
      await host.link(call.between, call.change);
      return 'null\n';
    case 'digests': return `${JSON.stringify(await host.digests())}\n`;
    case 'handOver': return encodeHandOver(await host.handOver());
  }
}

/** A host whose calls are made by `send`: text there, text back. Bodies of its messages stay text. */
export function callingPort(send: (text: string) => Promise<string>, end: () => void): HostPort {
  const ask = (call: HostCall): Promise<string> => send(encodeCall(call));
  const run = async (call: HostCall): Promise<Ran> => decodeRan(await ask(call));
  return {
    start: (spec, past) => run({ call: 'start', spec, past }),
    drop: (machine) => run({ call: 'drop', machine }),
    run: (request) => run({ call: 'run', request }),
    observe: (machine, from, body, at) => run({ call: 'observe', machine, from, body, at }),
    link: async (between, change) => { await ask({ call: 'link', between, change }); },
    digests: async () => JSON.parse(await ask({ call: 'digests' })) as Awaited<ReturnType<HostPort['digests']>>,
    handOver: async () => decodeHandOver(await ask({ call: 'handOver' })),
    end,
  };
}

/** A host in this thread behind the text of the wire: for tests of what JSON does to messages. */
export function textPort(host: HostPort): HostPort {
  return callingPort((text) => answerCall(host, text), () => host.end());
}

/** Writes bodies one behind the other and remembers nothing but their lengths. */
class Bodies {
  private readonly texts: string[] = [];

  add(body: object): number {
    const text = body instanceof WireBody ? body.text : JSON.stringify(body);
    this.texts.push(text);
    return text.length;
  }

  after(header: unknown): string {
    return `${JSON.stringify(header)}\n${this.texts.join('')}`;
  }
}

/** Reads them again in the order in which they were added. */
class Reader {
  readonly header: unknown;
  private at: number;

  constructor(private readonly text: string) {
    const line = text.indexOf('\n');
    this.header = JSON.parse(text.slice(0, line));
    this.at = line + 1;
  }

  next(length: number): string {
    const from = this.at;
    this.at += length;
    return this.text.slice(from, this.at);
  }
}

type MessageRow = readonly [at: number, round: number, from: string, seq: number, to: string, sent: number, length: number];
type DraftRow = readonly [from: string, to: string, seq: number, sent: number, round: number, length: number];
type OutputRow = readonly [machine: string, channel: string, at: number, hashed: boolean, length: number];

function messageRows(messages: readonly Message[], bodies: Bodies): MessageRow[] {
  return messages.map((m) => [m.at, m.round, m.from, m.seq, m.to, m.sent, bodies.add(m.body)]);
}

function readMessages(rows: readonly MessageRow[], body: (length: number) => object): Message[] {
  return rows.map(([at, round, from, seq, to, sent, length]) => ({ at, round, from, seq, to, sent, body: body(length) }));
}

function encodeCall(call: HostCall): string {
  const bodies = new Bodies();
  if (call.call === 'run') {
    const { limit, inbox, events } = call.request;
    return bodies.after({ call: 'run', limit: [finite(limit.at), finite(limit.round)], inbox: messageRows(inbox, bodies), events: finite(events ?? Infinity) });
  }
  if (call.call === 'start') {
    const past = call.past && { through: [finite(call.past.through.at), finite(call.past.through.round)], log: messageRows(call.past.log, bodies) };
    return bodies.after({ call: 'start', spec: call.spec, past });
  }
  return bodies.after(call);
}

function decodeCall(text: string): HostCall {
  const reader = new Reader(text);
  const body = (length: number): object => JSON.parse(reader.next(length)) as object;
  const header = reader.header as { call: HostCall['call'] };
  if (header.call === 'run') {
    const { limit, inbox, events } = header as unknown as { limit: [number, number]; inbox: MessageRow[]; events: number };
    return { call: 'run', request: { limit: { at: infinite(limit[0]), round: infinite(limit[1]) }, inbox: readMessages(inbox, body), events: infinite(events) } };
  }
  if (header.call === 'start') {
    const { spec, past } = header as unknown as { spec: MachineSpec; past?: { through: [number, number]; log: MessageRow[] } };
    return { call: 'start', spec, past: past && { through: { at: infinite(past.through[0]), round: infinite(past.through[1]) }, log: readMessages(past.log, body) } };
  }
  return header as HostCall;
}

function encodeRan(ran: Ran): string {
  const bodies = new Bodies();
  const outbox = ran.outbox.map((d): DraftRow => [d.from, d.to, d.seq, d.sent, d.round, bodies.add(d.body)]);
  const outputs = ran.outputs.map((o): OutputRow => [o.machine, o.channel, o.at, o.hashed, bodies.add(o.body)]);
  return bodies.after({ ...ran, outbox, outputs, next: [finite(ran.next.at), ran.next.round], shellAt: finite(ran.shellAt) });
}

function decodeRan(text: string): Ran {
  const reader = new Reader(text);
  const header = reader.header as Omit<Ran, 'next' | 'outbox' | 'outputs'> & { next: [number, number]; outbox: DraftRow[]; outputs: OutputRow[] };
  const outbox = header.outbox.map(([from, to, seq, sent, round, length]): Draft => ({ from, to, seq, sent, round, body: new WireBody(reader.next(length)) }));
  const outputs = header.outputs.map(([machine, channel, at, hashed, length]) => ({ machine, channel, at, hashed, body: JSON.parse(reader.next(length)) as object }));
  return { ...header, outbox, outputs, next: { at: infinite(header.next[0]), round: header.next[1] }, shellAt: infinite(header.shellAt) };
}

type HandOverAnswer = Awaited<ReturnType<HostPort['handOver']>>;

function encodeHandOver({ links, logs }: HandOverAnswer): string {
  const bodies = new Bodies();
  const rows = logs && Object.entries(logs).map(([name, log]) => [name, messageRows(log, bodies)] as const);
  return bodies.after({ links, logs: rows });
}

function decodeHandOver(text: string): HandOverAnswer {
  const reader = new Reader(text);
  const { links, logs } = reader.header as { links: HandOverAnswer['links']; logs?: [string, MessageRow[]][] };
  if (!logs) return { links };
  return { links, logs: Object.fromEntries(logs.map(([name, rows]) => [name, readMessages(rows, (length) => new WireBody(reader.next(length)))])) };
}

function finite(value: number): number {
  return value === Infinity ? -1 : value;
}

function infinite(value: number): number {
  return value === -1 ? Infinity : value;
}
