/** kubectl events.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/events/events.go */
import { parseTime } from '../../base/time.ts';
import type { CoreV1Event } from '../../api/generated/types.ts';
import type { Command, Kubectl } from '../command.ts';
import { requestTimeoutMs } from '../config.ts';
import { apiVersionOf, findResource, pathOf } from '../discovery.ts';
import { ageOf } from '../duration.ts';
import { CommandError } from '../errors.ts';
import { list, str } from '../obj.ts';
import { objectPrinter, outputFormat } from '../printers/output.ts';
import { TABLE, alignTabs } from '../printers/tab-writer.ts';
import type { Query } from '../rest.ts';
import { openWatch, readWatch } from '../watch.ts';

export const events: Command = {
  name: 'events',
  summary: 'List events',
  examples: [{ comment: 'All of the namespace; those of one pod', lines: ['kubectl events', 'kubectl events --for pod/web --watch'] }],
  run: async (k) => {
    const { flags } = k;
    for (const type of flags.list('types')) {
      if (!['normal', 'warning'].includes(type.toLowerCase())) throw new CommandError(`valid --types are Normal or Warning`);
    }
    const namespace = flags.bool('all-namespaces') ? '' : k.namespace;
    const path = pathOf(await k.mapping('events'), namespace);
    const query: [string, string][] = [];
    if (flags.str('for') !== '') query.push(['fieldSelector', await involved(k, flags.str('for'))]);
    const { items, version } = await listed(k, path, query);
    const all = items.filter((e) => wanted(k, e)).sort((a, b) => lastSeen(a) - lastSeen(b));
    const format = outputFormat(k);
    if (flags.changed('output')) {
      // A list of events has no name of its own.
      if (format.name === 'name') return;
      await k.print(
        objectPrinter(
          k,
          format,
          true,
        )({
          apiVersion: 'v1',
          kind: 'EventList',
          items: all.map((e) => typedEvent(e)),
          metadata: {},
        }),
      );
      return;
    }
    if (all.length === 0 && !flags.bool('watch')) {
      await k.say(namespace === '' ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`);
      return;
    }
    const widths: number[] = [];
    const head = flags.bool('no-headers')
      ? []
      : [[...(namespace === '' ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']];
    const lines = (rows: readonly (readonly string[])[]): string =>
      rows.length === 0 ? '' : alignTabs(`${rows.map((r) => r.join('\t')).join('\n')}\n`, TABLE, widths);
    // A watch shows what comes, under its own headings; what was there before is not told again.
    let headed = false;
    if (!flags.bool('watch')) await k.print(lines([...head, ...all.map((e) => row(k, e, namespace === ''))]));
    else
      await follow(k, path, [...query, ['resourceVersion', version]], (e) => {
        const above = headed ? [] : head;
        headed = true;
        return lines([...above, row(k, e, namespace === '')]);
      });
  },
};

/** Every page of the list. */
async function listed(k: Kubectl, path: string, query: Query): Promise<{ readonly items: CoreV1Event[]; readonly version: string }> {
  const items: CoreV1Event[] = [];
  let next = '';
  for (;;) {
    const more = next === '' ? [] : [['continue', next] as const];
    const page = await k.rest.json('GET', path, { query: [...query, ['limit', k.flags.str('chunk-size')], ...more], typed: true });
    items.push(...(list(page, 'items') as CoreV1Event[]));
    next = str(page, 'metadata', 'continue');
    if (next === '') return { items, version: str(page, 'metadata', 'resourceVersion') };
  }
}

/** With what Go writes although nobody set it. */
const typedEvent = (event: CoreV1Event): object => ({
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
  ...event,
  apiVersion: 'v1',
  kind: 'Event',
});

async function follow(k: Kubectl, path: string, query: [string, string][], line: (event: CoreV1Event) => string): Promise<void> {
  const connection = await openWatch(k, path, query, 'application/json');
  await readWatch(k, connection, requestTimeoutMs(k.flags), async (event) => {
    if (event.type === 'BOOKMARK' || event.type === 'DELETED') return false;
    const found = event.object as CoreV1Event;
    if (wanted(k, found)) await k.print(line(found));
    return false;
  });
}

async function involved(k: Kubectl, text: string): Promise<string> {
  const [type = '', name = ''] = text.split('/');
  if (name === '') throw new CommandError(`--for must be in resource/name form`);
  const mapping = findResource(await k.discovery(), type);
  if (mapping === undefined) throw new CommandError(`the server doesn't have a resource type ${JSON.stringify(type)}`, 1, true);
  return `involvedObject.kind=${mapping.kind},involvedObject.apiVersion=${apiVersionOf(mapping)},involvedObject.name=${name}`;
}

function wanted(k: Kubectl, event: CoreV1Event): boolean {
  const types = k.flags.list('types').map((t) => t.toLowerCase());
  return types.length === 0 || types.includes((event.type ?? '').toLowerCase());
}

const time = (text: string | undefined): number => (text ? parseTime(text) : 0);
const lastSeen = (e: CoreV1Event): number => time(e.series?.lastObservedTime) || time(e.lastTimestamp) || time(e.eventTime);

/** "106s (x5 over 6m6s)" */
export function eventAge(event: CoreV1Event, nowMs: number): string {
  const since = ageOf(event.eventTime || event.firstTimestamp, nowMs);
  if (event.series) return `${ageOf(event.series.lastObservedTime, nowMs)} (x${event.series.count ?? 0} over ${since})`;
  if ((event.count ?? 0) > 1) return `${ageOf(event.lastTimestamp, nowMs)} (x${event.count} over ${since})`;
  return since;
}

function row(k: Kubectl, event: CoreV1Event, withNamespace: boolean): string[] {
  const { kind = '', name = '' } = event.involvedObject;
  return [
    ...(withNamespace ? [str(event, 'metadata', 'namespace')] : []),
    eventAge(event, k.io.clock.now()),
    event.type ?? '',
    event.reason ?? '',
    `${kind}/${name}`,
    (event.message ?? '').trim(),
  ];
}
