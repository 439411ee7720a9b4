/** Serves a sandbox on a port: the engine's side. */
import type { ApiRequest, Connection, Frame } from '../api/transport.ts';
import type { TraceEvent } from '../base/trace.ts';
import { AbortedError } from '../base/with-timeout.ts';
import { encodeError, exposeCalls } from './calls.ts';
import { ItemSender } from './port-items.ts';
import type { Fault, FaultHandle, Profile, Sandbox, Session, ShellOptions, TimeControl, TimeState, TraceFilter, TraceWanted, Capabilities, ActiveFault } from './sandbox.ts';

export interface Hello { readonly profile: Profile; readonly capabilities: Capabilities; readonly time: TimeState; readonly faults: readonly ActiveFault[] }

/** What the page may call, by name. */
export type SandboxMethods = ReturnType<typeof sandboxMethods>;

export function serveSandbox(port: MessagePort, sandbox: Sandbox): void {
  exposeCalls(port, sandboxMethods(sandbox));
}

function sandboxMethods(sandbox: Sandbox) {
  let items: ItemSender | undefined;
  const tell: ItemSender['send'] = (item) => items?.send(item);
  const tellFaults = (): void => tell({ k: 'faults', faults: sandbox.faults });
  const handles: Disposable[] = [];
  let tracing: Disposable | undefined;
  return {
    hello(stream: MessagePort): Hello {
      items = new ItemSender(stream);
      handles.push(
        sandbox.time.onChange((state) => tell({ k: 'time', state })),
        sandbox.files.onChange(() => tell({ k: 'files' })),
        sandbox.onError((error) => tell({ k: 'error', error })),
      );
      return { profile: sandbox.profile, capabilities: sandbox.capabilities, time: sandbox.time.state, faults: sandbox.faults };
    },
    ...apiMethods(sandbox, () => items),
    ...sessionMethods(sandbox, tell),
    ...faultMethods(sandbox, tellFaults),
    play: () => sandbox.time.play(),
    pause: () => sandbox.time.pause(),
    setSpeed: (speed: number) => sandbox.time.setSpeed(speed),
    step: () => sandbox.time.step(),
    runUntil: (until: Parameters<TimeControl['runUntil']>[0]) => sandbox.time.runUntil(until),
    readTrace: (filter?: TraceFilter) => sandbox.trace.read(filter),
    /** Once more: something else is wanted from now on. */
    watchTrace(wanted?: TraceWanted): void {
      tracing?.[Symbol.dispose]();
      tracing = sandbox.trace.onRecords((all) => {
        const records = wanted ? all.filter(({ event }) => isWanted(event, wanted)) : all;
        if (records.length > 0) tell({ k: 'trace', records });
      });
    },
    journal: () => sandbox.journal(),
    hash: () => sandbox.hash(),
    async fork(atMicros?: number): Promise<MessagePort> {
      const forked = await sandbox.fork(atMicros);
      const { port1, port2 } = new MessageChannel();
      serveSandbox(port1, forked);
      return port2;
    },
    look: (atMicros?: number) => sandbox.look(atMicros),
    listFiles: () => sandbox.files.list(),
    readFile: (path: string) => sandbox.files.read(path),
    writeFile: (path: string, text: string) => sandbox.files.write(path, text),
    removeFile: (path: string) => sandbox.files.remove(path),
    async close(): Promise<void> {
      tracing?.[Symbol.dispose]();
      for (const handle of handles.splice(0)) handle[Symbol.dispose]();
      await sandbox.close();
      items?.close();
    },
  };
}

function isWanted(event: TraceEvent, { types, writers }: TraceWanted): boolean {
  if (!types.includes(event.type)) return false;
  return event.type !== 'request' || !writers || (event.revision !== undefined && writers.includes(event.client));
}

function apiMethods(sandbox: Sandbox, items: () => ItemSender | undefined) {
  const requests = new Map<number, AbortController>();
  const streams = new Map<number, Connection>();
  async function pump(id: number, connection: Connection): Promise<void> {
    try {
      for await (const frame of connection.frames) {
        await items()?.room();
        items()?.send({ k: 'frame', id, frame });
      }
      items()?.send({ k: 'end', id });
    } catch (error) {
      items()?.send({ k: 'end', id, error: encodeError(error) });
    } finally {
      streams.delete(id);
      requests.delete(id);
    }
  }
  return {
    async request(id: number, request: ApiRequest) {
      const abort = new AbortController();
      requests.set(id, abort);
      try {
        return await sandbox.api.request(request, abort.signal);
      } finally {
        requests.delete(id);
      }
    },
    async connect(id: number, request: ApiRequest): Promise<void> {
      const abort = new AbortController();
      requests.set(id, abort);
      try {
        const connection = await sandbox.api.connect(request, abort.signal);
        streams.set(id, connection);
        void pump(id, connection);
      } catch (error) {
        requests.delete(id);
        throw error;
      }
    },
    sendFrame: (id: number, frame: Frame) => streams.get(id)?.send(frame),
    abort(id: number): void {
      streams.get(id)?.close();
      requests.get(id)?.abort(new AbortedError());
      requests.delete(id);
    },
  };
}

function sessionMethods(sandbox: Sandbox, tell: ItemSender['send']) {
  const sessions = new Map<string, Session>();
  const edits = new Map<number, (text: string | undefined) => void>();
  let count = 0;
  const session = (id: string): Session => {
    const found = sessions.get(id);
    if (!found) throw new Error(`there is no session ${id}`);
    return found;
  };
  return {
    async shell(options?: ShellOptions): Promise<string> {
      const opened = await sandbox.shell(options);
      const { id } = opened;
      sessions.set(id, opened);
      opened.onOutput((data) => tell({ k: 'output', session: id, data }));
      opened.onCommand((result) => tell({ k: 'command', session: id, result }));
      opened.onEdit((request) => new Promise((resolve) => {
        count += 1;
        edits.set(count, resolve);
        tell({ k: 'edit', session: id, id: count, request });
      }));
      return id;
    },
    write: (id: string, data: string) => session(id).write(data),
    resize: (id: string, columns: number, rows: number) => session(id).resize(columns, rows),
    runLine: (id: string, line: string) => session(id).run(line),
    closeSession(id: string): void {
      session(id).close();
      sessions.delete(id);
    },
    edited(id: number, text?: string): void {
      edits.get(id)?.(text);
      edits.delete(id);
    },
  };
}

function faultMethods(sandbox: Sandbox, tellFaults: () => void) {
  const handles = new Map<string, FaultHandle>();
  return {
    async fault(fault: Fault): Promise<string> {
      const handle = await sandbox.fault(fault);
      handles.set(handle.id, handle);
      tellFaults();
      return handle.id;
    },
    snapshot: () => sandbox.snapshot(),
    async undo(id: string): Promise<void> {
      await sandbox.undo(id);
      tellFaults();
    },
    async undoFault(id: string): Promise<void> {
      await handles.get(id)?.undo();
      handles.delete(id);
      tellFaults();
    },
  };
}
