/** A sandbox across a worker boundary: `serveSandbox(port, sandbox)` there, `await connectSandbox(port)` here. Calls go by
 *  comlink; output, trace and watch frames in batches on a port of their own. */
import { disposable } from '../base/dispose.ts';
import type { TraceRecord } from '../base/trace.ts';
import type { ApiRequest, Connection, Frame, Transport } from '../api/transport.ts';
import { decodeError, wrapCalls, type Caller } from './calls.ts';
import { receiveItems, type Item } from './port-items.ts';
import type { Hello, SandboxMethods } from './port-server.ts';
import { RemoteSession } from './remote-session.ts';
import type {
  ActiveFault,
  Capabilities,
  Fault,
  FaultHandle,
  LearnerFiles,
  Profile,
  Sandbox,
  SandboxError,
  Session,
  ShellOptions,
  StoreSnapshot,
  TimeControl,
  TimeState,
  TraceFeed,
  TraceWanted,
} from './sandbox.ts';

export { serveSandbox } from './port-server.ts';

export async function connectSandbox(port: MessagePort): Promise<Sandbox> {
  const call = wrapCalls<SandboxMethods>(port);
  const { port1, port2 } = new MessageChannel();
  const early: Item[] = [];
  let handle: (item: Item) => void = (item) => early.push(item);
  receiveItems(port1, (item) => handle(item));
  const sandbox = new RemoteSandbox(call, await call('hello', port2), () => {
    port1.close();
    port.close();
  });
  handle = (item) => sandbox.handle(item);
  for (const item of early) sandbox.handle(item);
  return sandbox;
}

/** One stream of frames, read once. */
class RemoteStream {
  private readonly frames: Frame[] = [];
  private wake: (() => void) | undefined;
  private ended = false;
  private error: Error | undefined;

  push(frame: Frame): void {
    this.frames.push(frame);
    this.wake?.();
  }

  end(error?: Error): void {
    this.ended = true;
    this.error ??= error;
    this.wake?.();
  }

  async *read(close: () => void): AsyncGenerator<Frame, void, void> {
    try {
      for (;;) {
        const frame = this.frames.shift();
        if (frame !== undefined) yield frame;
        else if (this.error) throw this.error;
        else if (this.ended) return;
        else
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
      }
    } finally {
      close();
    }
  }
}

class RemoteSandbox implements Sandbox {
  readonly profile: Profile;
  readonly capabilities: Capabilities;
  readonly api: Transport;
  readonly time: TimeControl;
  readonly trace: TraceFeed;
  readonly files: LearnerFiles;
  faults: readonly ActiveFault[];
  private state: TimeState;
  private count = 0;
  private traced: { readonly wanted: TraceWanted | undefined } | undefined;
  private readonly streams = new Map<number, RemoteStream>();
  private readonly sessions = new Map<string, RemoteSession>();
  private readonly timeListeners = new Set<(state: TimeState) => void>();
  private readonly traceListeners = new Set<(records: readonly TraceRecord[]) => void>();
  private readonly fileListeners = new Set<() => void>();
  private readonly errorListeners = new Set<(error: SandboxError) => void>();

  constructor(
    private readonly call: Caller<SandboxMethods>,
    hello: Hello,
    private readonly end: () => void,
  ) {
    ({ profile: this.profile, capabilities: this.capabilities, time: this.state, faults: this.faults } = hello);
    this.api = { request: (request, signal) => this.request(request, signal), connect: (request, signal) => this.connect(request, signal) };
    this.time = this.timeControl();
    this.trace = {
      read: (filter) => call('readTrace', filter),
      onRecords: (listener, wanted) => {
        // Two that want different things get everything.
        if (!this.traced) this.traced = { wanted };
        else if (this.traced.wanted === undefined || this.traced.wanted === wanted) return listen(this.traceListeners, listener);
        else this.traced = { wanted: undefined };
        this.run(call('watchTrace', this.traced.wanted));
        return listen(this.traceListeners, listener);
      },
    };
    this.files = {
      list: () => call('listFiles'),
      read: (path) => call('readFile', path),
      write: (path, text) => call('writeFile', path, text),
      remove: (path) => call('removeFile', path),
      onChange: (listener) => listen(this.fileListeners, listener),
    };
  }

  handle(item: Item): void {
    switch (item.k) {
      case 'frame':
        return this.streams.get(item.id)?.push(item.frame);
      case 'end':
        this.streams.get(item.id)?.end(item.error && decodeError(item.error));
        this.streams.delete(item.id);
        return;
      case 'output':
        return this.session(item.session).output(item.data);
      case 'command':
        return this.session(item.session).command(item.result);
      case 'edit':
        return this.run(this.edit(item));
      case 'time':
        this.state = item.state;
        for (const listener of this.timeListeners) listener(item.state);
        return;
      case 'trace':
        for (const listener of this.traceListeners) listener(item.records);
        return;
      case 'faults':
        this.faults = item.faults;
        return;
      case 'files':
        for (const listener of this.fileListeners) listener();
        return;
      case 'error':
        return this.tell(item.error);
    }
  }

  async shell(options?: ShellOptions): Promise<Session> {
    return this.session(await this.call('shell', options));
  }

  journal() {
    return this.call('journal');
  }

  hash(): Promise<string> {
    return this.call('hash');
  }

  async fork(atMicros?: number): Promise<Sandbox> {
    return connectSandbox(await this.call('fork', atMicros));
  }

  look(atMicros: number | undefined): Promise<void> {
    return this.call('look', atMicros);
  }

  async fault(fault: Fault): Promise<FaultHandle> {
    const id = await this.call('fault', fault);
    return { id, fault, undo: () => this.call('undoFault', id) };
  }

  snapshot(): Promise<StoreSnapshot> {
    return this.call('snapshot');
  }

  undo(id: string): Promise<void> {
    return this.call('undo', id);
  }

  onError(listener: (error: SandboxError) => void): Disposable {
    return listen(this.errorListeners, listener);
  }

  async close(): Promise<void> {
    await this.call('close');
    this.end();
  }

  private async request(request: ApiRequest, signal?: AbortSignal) {
    signal?.throwIfAborted();
    const id = this.next();
    return this.aborting(id, signal, this.call('request', id, request));
  }

  private async connect(request: ApiRequest, signal?: AbortSignal): Promise<Connection> {
    signal?.throwIfAborted();
    const id = this.next();
    const stream = new RemoteStream();
    this.streams.set(id, stream);
    const close = (): void => {
      stream.end();
      if (this.streams.delete(id)) this.run(this.call('abort', id));
      signal?.removeEventListener('abort', aborted);
    };
    const aborted = (): void => {
      stream.end(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      close();
    };
    try {
      await this.aborting(id, signal, this.call('connect', id, request));
    } catch (error) {
      this.streams.delete(id);
      throw error;
    }
    signal?.addEventListener('abort', aborted);
    return { frames: stream.read(close), send: (frame) => this.run(this.call('sendFrame', id, frame)), close };
  }

  /** Settles with the work, or at once when the signal is aborted. */
  private async aborting<T>(id: number, signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
    if (!signal) return work;
    let stop: () => void = () => undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      stop = () => {
        this.run(this.call('abort', id));
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop);
    });
    try {
      return await Promise.race([work, aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  private async edit(item: Item & { readonly k: 'edit' }): Promise<void> {
    await this.call('edited', item.id, await this.session(item.session).edit(item.request));
  }

  private session(id: string): RemoteSession {
    let session = this.sessions.get(id);
    if (!session) {
      session = new RemoteSession(id, {
        write: (data) => this.run(this.call('write', id, data)),
        resize: (columns, rows) => this.run(this.call('resize', id, columns, rows)),
        run: (line) => this.call('runLine', id, line),
        close: () => {
          this.sessions.delete(id);
          this.run(this.call('closeSession', id));
        },
      });
      this.sessions.set(id, session);
    }
    return session;
  }

  private timeControl(): TimeControl {
    const { call } = this;
    const state = (): TimeState => this.state;
    return {
      get state() {
        return state();
      },
      onChange: (listener) => listen(this.timeListeners, listener),
      play: () => this.run(call('play')),
      pause: () => this.run(call('pause')),
      setSpeed: (speed) => this.run(call('setSpeed', speed)),
      step: () => call('step'),
      runUntil: (until) => call('runUntil', until),
    };
  }

  private next(): number {
    this.count += 1;
    return this.count;
  }

  /** Work that nobody awaits: its failure is shown. */
  private run(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.tell({ title: 'The engine refused', detail: error instanceof Error ? error.message : String(error), fatal: false }),
    );
  }

  private tell(error: SandboxError): void {
    for (const listener of this.errorListeners) listener(error);
  }
}

function listen<T>(listeners: Set<T>, listener: T): Disposable {
  listeners.add(listener);
  return disposable(() => listeners.delete(listener));
}
