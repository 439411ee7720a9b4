/** "Run until something happens": conditions over what the trace says since the run began. */
import type { TraceRecord } from '../base/trace.ts';
import type { RunCondition } from '../sandbox/sandbox.ts';
import type { Simulation } from '../sim/simulation.ts';

/** Heartbeats are not something that happens. */
const QUIET_PATHS = /\/leases\/|\/events(\/|$)/;

type Test = (record: TraceRecord) => boolean;

const isChange: Test = ({ event }) => event.type === 'request' && event.revision !== undefined && !QUIET_PATHS.test(event.path);

/** No object has changed for this long. */
const IDLE_MICROS = 30_000_000;

const TESTS: Readonly<Record<Exclude<RunCondition, 'idle'>, Test>> = {
  'next-event': isChange,
  'next-schedule': ({ event }) => event.type === 'schedule',
  'a-pod-fails': ({ event }) => event.type === 'decision' && /could not|failed|restarts|kills|back-off/i.test(`${event.did} ${event.because}`),
  'all-pods-ready': ({ event }) => event.type === 'request' && event.revision !== undefined && /\/deployments\/[^/]+\/status$/.test(event.path),
};

export function conditionFor(condition: RunCondition, simulation: Simulation): { readonly reached: () => boolean } & Disposable {
  let seen = false;
  let lastChange = simulation.frontier;
  const listening = simulation.onTrace((records) => {
    for (const record of records) {
      if (isChange(record)) lastChange = record.at;
      if (condition !== 'idle' && TESTS[condition](record)) seen = true;
    }
  });
  const reached = (): boolean => (condition === 'idle' ? simulation.frontier - lastChange >= IDLE_MICROS : seen);
  return { reached, [Symbol.dispose]: () => listening[Symbol.dispose]() };
}
