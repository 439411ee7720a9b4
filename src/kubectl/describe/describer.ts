/** What describes one object of a kind, and what it may ask the server for. */
import { parseTime } from '../../base/time.ts';
import type { Kubectl } from '../command.ts';
import type { Mapping } from '../discovery.ts';
import { isNotFound, isReason } from '../errors.ts';
import type { CoreV1Event } from '../../api/generated/types.ts';
import { eventAge } from '../commands/events.ts';
import { type Obj, list, str } from '../obj.ts';
import { type Text } from './text.ts';

export interface DescribeContext {
  readonly k: Kubectl;
  readonly mapping: Mapping;
  readonly nowMs: number;
  /** Objects of a type in a namespace; none where the server refuses or does not know the type. */
  list(type: string, namespace: string, query?: readonly (readonly [string, string])[]): Promise<readonly Obj[]>;
  get(type: string, namespace: string, name: string): Promise<Obj | undefined>;
}

export type Describer = (text: Text, object: Obj, context: DescribeContext) => Promise<void> | void;

export function describeContext(k: Kubectl, mapping: Mapping): DescribeContext {
  const path = async (type: string, namespace: string): Promise<string> => {
    const m = await k.mapping(type);
    const root = m.group === '' ? `/api/${m.version}` : `/apis/${m.group}/${m.version}`;
    return `${root}${m.namespaced && namespace !== '' ? `/namespaces/${namespace}` : ''}/${m.resource}`;
  };
  const quiet = (error: unknown): void => {
    if (
      !isNotFound(error) &&
      !isReason(error, 'Forbidden') &&
      !(error instanceof Error && error.message.includes("doesn't have a resource type"))
    )
      throw error;
  };
  return {
    k,
    mapping,
    nowMs: k.io.clock.now(),
    list: async (type, namespace, query = []) => {
      try {
        return list(await k.rest.json('GET', await path(type, namespace), { query: [...query, ['limit', '500']] }), 'items') as Obj[];
      } catch (error) {
        quiet(error);
        return [];
      }
    },
    get: async (type, namespace, name) => {
      try {
        return await k.rest.json('GET', `${await path(type, namespace)}/${name}`);
      } catch (error) {
        quiet(error);
        return undefined;
      }
    },
  };
}

/** The events about an object, at the end of its description. */
export async function describeEvents(text: Text, object: Obj, context: DescribeContext): Promise<void> {
  if (!context.k.flags.bool('show-events')) return;
  const namespace = str(object, 'metadata', 'namespace');
  const selector = [
    `involvedObject.name=${str(object, 'metadata', 'name')}`,
    `involvedObject.namespace=${namespace}`,
    ...(str(object, 'metadata', 'uid') === '' ? [] : [`involvedObject.uid=${str(object, 'metadata', 'uid')}`]),
  ].join(',');
  eventTable(
    text,
    (await context.list('events', namespace, [['fieldSelector', selector]])) as unknown as readonly CoreV1Event[],
    context.nowMs,
  );
}

export function eventTable(text: Text, events: readonly CoreV1Event[], nowMs: number): void {
  if (events.length === 0) {
    text.raw('Events:\t<none>\n');
    return;
  }
  const time = (e: CoreV1Event): number => parseTime(e.lastTimestamp ?? e.eventTime ?? '') || 0;
  text.flush();
  text.raw('Events:\n');
  text.line(1, 'Type\tReason\tAge\tFrom\tMessage');
  text.line(1, '----\t------\t----\t----\t-------');
  for (const event of [...events].sort((a, b) => time(a) - time(b))) {
    const from = event.source?.component || event.reportingComponent || '';
    text.line(1, `${event.type ?? ''}\t${event.reason ?? ''}\t${eventAge(event, nowMs)}\t${from}\t${(event.message ?? '').trim()}`);
  }
}
