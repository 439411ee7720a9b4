/** kubectl get -w: the table first, then a line for each change.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/get/get.go watch */
import type { Kubectl } from '../command.ts';
import { requestTimeoutMs } from '../config.ts';
import { CommandError, isNotFound } from '../errors.ts';
import { type Obj, list, str } from '../obj.ts';
import { type OutputFormat, objectPrinter } from '../printers/output.ts';
import { createTablePrinter } from '../printers/table.ts';
import { ACCEPT_JSON, ACCEPT_TABLE } from '../rest.ts';
import { openWatch, readWatch } from '../watch.ts';
import { type Fetch, tableOptions, withKinds } from './get.ts';
import { pathOf } from '../discovery.ts';

export async function watchGet(k: Kubectl, fetches: readonly Fetch[], format: OutputFormat): Promise<number> {
  const fetch = fetches[0];
  const several = new CommandError('you may only watch a single resource or type of resource at a time');
  if (fetch === undefined) throw several;
  if (fetches.some(({ mapping }) => mapping.resource !== fetch.mapping.resource || mapping.group !== fetch.mapping.group))
    throw new CommandError('you may only specify a single resource type');
  const human = format.name === '' || format.name === 'wide';
  const accept = human ? ACCEPT_TABLE : ACCEPT_JSON;
  const events = k.flags.bool('output-watch-events');
  const write = human ? tableWriter(k, fetch, format, events) : objectWriter(k, format, events);
  if (fetches.length > 1) {
    await showAll(k, fetches, human ? ACCEPT_TABLE : ACCEPT_JSON, write);
    throw several;
  }
  const initial = await firstState(k, fetch, accept);
  if (!k.flags.bool('watch-only') && initial !== undefined) {
    for (const item of human ? [initial] : withKinds(initial)) await write('ADDED', item);
  }
  // A single object is watched from whatever is known of it: the first event repeats what was shown.
  const single = fetch.name !== undefined;
  let revision = single ? '0' : str(initial, 'metadata', 'resourceVersion');
  let repeated = single && initial !== undefined;
  const collection = pathOf(fetch.mapping, fetch.namespace);
  const query =
    fetch.name === undefined
      ? fetch.query.filter(([name]) => name !== 'limit')
      : [['fieldSelector', `metadata.name=${fetch.name}`] as const];
  for (;;) {
    const connection = await openWatch(k, collection, [...query, ['resourceVersion', revision]], accept);
    const ended = await readWatch(k, connection, requestTimeoutMs(k.flags), async (event) => {
      const object = event.object as Obj;
      revision =
        str(object, 'metadata', 'resourceVersion') || str(list(object, 'rows')[0], 'object', 'metadata', 'resourceVersion') || revision;
      if (event.type !== 'BOOKMARK' && !repeated) await write(event.type, object);
      repeated = false;
      return false;
    });
    if (ended !== 'ended') return 0;
    await k.io.clock.sleep(100, k.io.signal);
  }
}

/** Several objects by name are shown, and only then is it seen that they cannot be watched. */
async function showAll(k: Kubectl, fetches: readonly Fetch[], accept: string, write: Write): Promise<void> {
  const found: Obj[] = [];
  for (const each of fetches) {
    const state = await firstState(k, each, accept);
    if (state !== undefined) found.push(state);
  }
  const [first] = found;
  if (k.flags.bool('watch-only') || first === undefined) return;
  const shown = accept === ACCEPT_TABLE ? [{ ...first, rows: found.flatMap((each) => list(each, 'rows')) } as Obj] : found;
  for (const each of shown) await write('ADDED', each);
}

async function firstState(k: Kubectl, fetch: Fetch, accept: string): Promise<Obj | undefined> {
  try {
    return await k.rest.json('GET', fetch.path, { accept, query: fetch.query });
  } catch (error) {
    if (isNotFound(error) && k.flags.bool('ignore-not-found')) return undefined;
    throw error;
  }
}

/** "MODIFIED" */
const EVENT_WIDTH = 8;

type Write = (type: string, object: Obj) => Promise<void>;

function tableWriter(k: Kubectl, fetch: Fetch, format: OutputFormat, events: boolean): Write {
  const printer = createTablePrinter(tableOptions(k, fetch.mapping, format, false), events ? ['EVENT'.padEnd(EVENT_WIDTH)] : []);
  return async (type, table) => k.print(printer.print(table, events ? [type.padEnd(EVENT_WIDTH)] : []));
}

function objectWriter(k: Kubectl, format: OutputFormat, events: boolean): Write {
  const print = objectPrinter(k, format);
  return async (type, object) => k.print(print(events ? ({ type, object } as unknown as Obj) : object));
}
