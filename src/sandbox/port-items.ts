/** What the engine tells the page without being asked, in batches on a bare port. The page confirms batches; while it
 *  does not keep up, streams wait and endless output is thinned out. */
import type { TraceRecord } from '../base/trace.ts';
import type { Frame } from '../api/transport.ts';
import type { CallError } from './calls.ts';
import type { ActiveFault, CommandResult, SandboxError, TimeState } from './sandbox.ts';

export interface EditRequest { readonly path: string; readonly text: string; readonly language: string }

export type Item =
  | { readonly k: 'frame'; readonly id: number; readonly frame: Frame }
  | { readonly k: 'end'; readonly id: number; readonly error?: CallError }
  | { readonly k: 'output'; readonly session: string; readonly data: string }
  | { readonly k: 'command'; readonly session: string; readonly result: CommandResult }
  | { readonly k: 'edit'; readonly session: string; readonly id: number; readonly request: EditRequest }
  | { readonly k: 'time'; readonly state: TimeState }
  | { readonly k: 'trace'; readonly records: readonly TraceRecord[] }
  | { readonly k: 'faults'; readonly faults: readonly ActiveFault[] }
  | { readonly k: 'files' }
  | { readonly k: 'error'; readonly error: SandboxError };

/** Batches that may be under way. */
const BATCHES = 4;
/** Items or trace records in one batch: each is a turn of the page's thread, between which it draws. */
const ITEMS = 100;
/** Items that may wait before streams have to. */
const WAITING_MAX = 2_000;
/** What nobody waits for is gathered for about half a frame. */
const GATHER_MS = 8;
const GATHERED: ReadonlySet<Item['k']> = new Set(['frame', 'trace']);
/** Text of one session that may wait; more and the oldest goes, as in a terminal's scrollback. */
const TEXT_MAX = 1_000_000;
const SKIPPED = '\r\n[output skipped]\r\n';

export class ItemSender {
  private waiting: Item[] = [];
  private readonly texts = new Map<string, string[]>();
  private readonly lengths = new Map<string, number>();
  private underWay = 0;
  /** Of the frontier the newest is enough. */
  private time: (Item & { readonly k: 'time' }) | undefined;
  private playing: boolean | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private delayMs = 0;
  private rooms: (() => void)[] = [];
  private closed = false;

  constructor(private readonly port: MessagePort) {
    port.addEventListener('message', () => {
      this.underWay -= 1;
      if (this.timer === undefined) this.flush();
    });
    port.start();
  }

  send(item: Item): void {
    if (this.closed) return;
    if (item.k === 'output') this.addText(item.session, item.data);
    else if (item.k === 'time') this.time = item;
    else this.waiting.push(item);
    const moves = item.k === 'time' && item.state.playing && this.playing === true;
    if (item.k === 'time') this.playing = item.state.playing;
    this.flushIn(moves || GATHERED.has(item.k) ? GATHER_MS : 0);
  }

  /** What somebody typed for is not kept back by what only streams. */
  private flushIn(ms: number): void {
    if (this.timer !== undefined && ms >= this.delayMs) return;
    clearTimeout(this.timer);
    this.delayMs = ms;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, ms);
  }

  /** Resolves when the page keeps up. */
  async room(): Promise<void> {
    while (!this.closed && this.waiting.length >= WAITING_MAX) await new Promise<void>((resolve) => { this.rooms.push(resolve); });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.letIn();
    this.port.close();
  }

  private addText(session: string, data: string): void {
    const texts = this.texts.get(session) ?? [];
    this.texts.set(session, texts);
    texts.push(data);
    let length = (this.lengths.get(session) ?? 0) + data.length;
    if (length > TEXT_MAX) {
      const all = texts.join('').slice(-TEXT_MAX / 2);
      this.texts.set(session, [SKIPPED, all]);
      length = all.length;
    }
    this.lengths.set(session, length);
  }

  private flush(): void {
    while (!this.closed && this.underWay < BATCHES && (this.time || this.waiting.length > 0 || this.texts.size > 0)) {
      // Output goes first: the end of a command is told after what it printed.
      const batch: Item[] = [...this.texts].map(([session, texts]) => ({ k: 'output', session, data: texts.join('') }));
      this.texts.clear();
      this.lengths.clear();
      if (this.time) batch.push(this.time);
      this.time = undefined;
      batch.push(...this.waiting.splice(0, nextBatch(this.waiting)));
      this.underWay += 1;
      this.port.postMessage(batch);
    }
    if (this.waiting.length < WAITING_MAX) this.letIn();
  }

  private letIn(): void {
    const { rooms } = this;
    this.rooms = [];
    for (const resolve of rooms) resolve();
  }
}

/** How many of the first items are one batch. */
function nextBatch(waiting: readonly Item[]): number {
  let size = 0;
  let count = 0;
  for (const item of waiting) {
    size += item.k === 'trace' ? item.records.length : 1;
    if (count > 0 && size > ITEMS) break;
    count += 1;
  }
  return count;
}

export function receiveItems(port: MessagePort, handle: (item: Item) => void): void {
  port.addEventListener('message', (event: MessageEvent<readonly Item[]>) => {
    try {
      for (const item of event.data) handle(item);
    } finally {
      port.postMessage(0);
    }
  });
  port.start();
}
