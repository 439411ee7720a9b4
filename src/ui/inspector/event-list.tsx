/** Events about the selected object, or all of them, newest first, in Kubernetes' own words; one plain line above where
 *  we can say it plainer. */
import { memo, useMemo } from 'react';
import type { CoreV1Event } from '../../api/generated/types.ts';
import { PodMark } from '../board/pod-mark.tsx';
import { shortAge, span } from '../model/age.ts';
import { useCluster, useNowMs } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import type { Selection } from '../ui-state.ts';
import css from './inspector.module.css';

const KINDS: Readonly<Record<string, string>> = {
  pods: 'Pod',
  nodes: 'Node',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  services: 'Service',
};
const SHOWN = 200;

export function eventsAbout(events: readonly CoreV1Event[], selection: Selection | undefined): readonly CoreV1Event[] {
  if (!selection) return events;
  const kind = KINDS[selection.resource];
  const [namespace, name] = selection.key.includes('/') ? selection.key.split('/') : ['', selection.key];
  return events.filter(
    (event) =>
      event.involvedObject.kind === kind &&
      event.involvedObject.name === name &&
      (namespace === '' || event.involvedObject.namespace === namespace),
  );
}

const times = new WeakMap<CoreV1Event, number>();

function lastMs(event: CoreV1Event): number {
  let ms = times.get(event);
  if (ms === undefined) times.set(event, (ms = readLastMs(event)));
  return ms;
}

const readLastMs = (event: CoreV1Event): number =>
  Date.parse(String(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')) ||
  0;
const firstMs = (event: CoreV1Event): number =>
  Date.parse(String(event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '')) || 0;

/** The newest first. They come nearly in order, so this looks from the end and seldom moves one. */
export function newestEvents(events: readonly CoreV1Event[], limit: number): readonly CoreV1Event[] {
  const newest: CoreV1Event[] = [];
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at]!;
    const ms = lastMs(event);
    if (newest.length >= limit && ms <= lastMs(newest.at(-1)!)) continue;
    let place = newest.length;
    while (place > 0 && lastMs(newest[place - 1]!) < ms) place--;
    newest.splice(place, 0, event);
    if (newest.length > limit) newest.pop();
  }
  return newest;
}

export function EventList() {
  const all = useCluster().objects.events;
  const nowMs = useNowMs();
  const selection = useUi((state) => state.selection);
  const events = useMemo(() => newestEvents(eventsAbout(all, selection), SHOWN), [all, selection]);
  const plain = events.map(inPlainWords).find((text) => text !== undefined);
  if (events.length === 0)
    return (
      <div className={css['empty']}>
        <h2>All quiet</h2>
        <p>{selection ? 'Nobody reported anything about this object in the last hour.' : 'Nothing was reported in the last hour.'}</p>
      </div>
    );
  return (
    <>
      {plain === undefined ? null : (
        <p className={css['plain']}>
          <small>In plain words</small>
          {plain}
        </p>
      )}
      <ul className={css['events']}>
        {events.map((event) => (
          <Row
            key={event.metadata.uid ?? event.metadata.name}
            event={event}
            age={shortAge(nowMs - lastMs(event))}
            named={selection === undefined}
          />
        ))}
      </ul>
    </>
  );
}

const Row = memo(function Row({ event, age, named }: { readonly event: CoreV1Event; readonly age: string; readonly named: boolean }) {
  return (
    <li>
      <time>{age}</time>
      {event.type === 'Warning' ? <PodMark state="failing" size={14} label={false} /> : <span className={css['bullet']} aria-hidden />}
      <div>
        <b>{event.reason}</b>
        {named ? (
          <button className="quiet" onClick={() => choose(event)}>
            {' '}
            {event.involvedObject.kind?.toLowerCase()}/{event.involvedObject.name}
          </button>
        ) : null}
        {(event.count ?? 1) > 1 ? (
          <span className="quiet">
            {' '}
            ×{event.count} over {span(lastMs(event) - firstMs(event))}
          </span>
        ) : null}
        <p className="mono">{event.message}</p>
      </div>
    </li>
  );
});

function choose(event: CoreV1Event): void {
  const resource = Object.entries(KINDS).find(([, kind]) => kind === event.involvedObject.kind)?.[0];
  const { namespace, name = '' } = event.involvedObject;
  if (resource) useUi.getState().select({ resource, key: resource === 'nodes' ? name : `${namespace}/${name}` });
}

function inPlainWords(event: CoreV1Event): string | undefined {
  const message = event.message ?? '';
  const image =
    /[Ff]ailed to pull (?:and unpack )?image "([^"]+)"/.exec(message)?.[1] ?? /Back-off pulling image "([^"]+)"/.exec(message)?.[1];
  if (image !== undefined) return `The node asked the registry for ${image}, and there is no such image.`;
  if (event.reason === 'BackOff' && message.includes('restarting failed container'))
    return 'The program in the container keeps ending. The kubelet waits longer before each new start.';
  if (event.reason === 'FailedScheduling') return 'No node fits. The message counts the nodes by what each lacks.';
  if (event.reason === 'Unhealthy') return 'A probe asked the container, and the answer was bad or late.';
  return undefined;
}
