/** A scripted cluster for working on the picture: `npx vite --mode stand-in`. It answers lists and watches from a fixed
 *  set of objects, tells a fixed story in the trace, and echoes what is typed. Never part of a build. */
import type { TraceRecord } from '../../src/base/trace.ts';
import type { ApiRequest, Connection, Frame, Transport } from '../../src/api/transport.ts';
import type { OpenSandbox, Sandbox, TimeState } from '../../src/sandbox/sandbox.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { story, storyObjects, storyTranscript } from './stand-in-story.ts';

type Obj = { apiVersion?: string; kind?: string; metadata: { name: string; namespace?: string; resourceVersion?: string } };

export const openSandbox: OpenSandbox = async ({ profile, playing, speed }) => {
  const now = { micros: 201e6, playing: playing ?? true, speed: speed ?? 1, looking: undefined as number | undefined };
  const startMs = profile.startAtMs;
  const objects: Map<string, Obj[]> = storyObjects(
    startMs,
    new URLSearchParams(location.search).has('empty'),
    Number(new URLSearchParams(location.search).get('pods') ?? 0),
    Number(new URLSearchParams(location.search).get('workers') ?? 3),
  );
  const records: TraceRecord[] = new URLSearchParams(location.search).has('empty') ? [] : story();
  const listeners = new Set<(state: TimeState) => void>();
  let state = make();
  function make(): TimeState {
    return {
      nowMicros: now.micros,
      nowMs: startMs + Math.floor(now.micros / 1000),
      playing: now.playing,
      speed: now.speed,
      reachedSpeed: now.speed,
      ...(now.looking === undefined ? {} : { lookingAtMicros: now.looking }),
    };
  }
  const tell = (): void => {
    state = make();
    for (const one of listeners) one(state);
  };
  const timer = setInterval(() => {
    if (now.playing && now.looking === undefined) {
      now.micros += Math.round(100_000 * now.speed);
      tell();
    }
  }, 100);
  const files = new Map([
    ['web.yaml', WEB],
    ['service.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n  ports:\n  - port: 80\n'],
  ]);
  const none = {
    [Symbol.dispose]() {
      /* nothing held */
    },
  };
  const sandbox: Sandbox = {
    profile,
    capabilities: { time: true, faults: true, fork: true, files: true },
    api: transport(objects),
    faults: [],
    trace: { read: async () => records, onRecords: () => none },
    time: {
      get state() {
        return state;
      },
      onChange(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => listeners.delete(listener) };
      },
      play() {
        now.playing = true;
        tell();
      },
      pause() {
        now.playing = false;
        tell();
      },
      setSpeed(next) {
        now.speed = next;
        tell();
      },
      async step() {
        now.micros += 1e6;
        now.playing = false;
        tell();
      },
      async runUntil(until) {
        now.micros = until.atMicros ?? now.micros + 10e6;
        now.playing = false;
        tell();
        return 'reached';
      },
    },
    async shell() {
      let line = '';
      const outputs = new Set<(data: string) => void>();
      const print = (data: string): void => {
        for (const one of outputs) one(data);
      };
      return {
        id: 'stand-in',
        resize() {
          /* fixed */
        },
        onEdit: () => none,
        close() {
          /* nothing to end */
        },
        onCommand(listener) {
          for (const [command, stdout, at] of storyTranscript())
            listener({ command, stdout, stderr: '', output: stdout, exitCode: 0, startedAtMicros: at, endedAtMicros: at });
          return none;
        },
        onOutput(listener) {
          outputs.add(listener);
          for (const [command, stdout] of storyTranscript()) listener(`${PROMPT}${command}\r\n${stdout.replaceAll('\n', '\r\n')}`);
          listener(PROMPT);
          return { [Symbol.dispose]: () => outputs.delete(listener) };
        },
        write(data) {
          if (data === '\r') {
            print(`\r\n${PROMPT}`);
            line = '';
          } else {
            line += data;
            print(data);
          }
        },
        async run(command) {
          return { command, exitCode: 0, stdout: '', stderr: '', output: '', startedAtMicros: now.micros, endedAtMicros: now.micros };
        },
      };
    },
    async journal() {
      return { format: 1, engine: 'stand-in', profile, entries: [], endMicros: now.micros };
    },
    async hash() {
      return '0'.repeat(64);
    },
    async fork() {
      return sandbox;
    },
    async look(at) {
      now.looking = at;
      tell();
    },
    undo: async () => undefined,
    snapshot: async () => ({ revision: 1, kvs: [] }),
    async fault(fault) {
      return {
        id: '1',
        fault,
        async undo() {
          /* nothing broke */
        },
      };
    },
    files: {
      async list() {
        return [...files].map(([path, text]) => ({ path, size: text.length, directory: false }));
      },
      async read(path) {
        return files.get(path) ?? '';
      },
      async write(path, text) {
        files.set(path, text);
      },
      async remove(path) {
        files.delete(path);
      },
      onChange: () => none,
    },
    onError: () => none,
    async close() {
      clearInterval(timer);
    },
  };
  return sandbox;
};

const PROMPT = '\u001b[1;35m~ $\u001b[0m ';
const WEB =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels:\n    app: web\nspec:\n  replicas: 4\n  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n        app: web\n    spec:\n      containers:\n      - name: nginx\n        image: nginx:1.72\n        ports:\n        - containerPort: 80\n';

function transport(objects: Map<string, Obj[]>): Transport {
  const listOf = (request: ApiRequest) => {
    const plural = request.path.split('/').at(-1) ?? '';
    const row = RESOURCES.find((one) => one.plural === plural);
    return { apiVersion: 'v1', kind: `${row?.kind}List`, metadata: { resourceVersion: '1' }, items: objects.get(plural) ?? [] };
  };
  return {
    async request(request) {
      return { status: 200, headers: {}, body: listOf(request) };
    },
    async connect(_request, signal): Promise<Connection> {
      return {
        frames: forever(signal),
        send() {
          /* read only */
        },
        close() {
          /* ended by the signal */
        },
      };
    },
  };
}

/** Says nothing until it is ended. */
async function* forever(signal?: AbortSignal): AsyncGenerator<Frame> {
  yield* [];
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
}
