/** Conformance tests of [sig-instrumentation], by their names. */
import { describe, expect, it } from 'vitest';
import type { CoreV1Event, EventsV1Event } from '../../src/api/generated/types.ts';
import { MERGE, STRATEGIC, testServer } from '../apiserver/support.ts';

const NEW = '/apis/events.k8s.io/v1/namespaces/default/events';
const OLD = '/api/v1/namespaces/default/events';
const labels = { 'testevent-set': 'true' };
const SELECTED = { query: { labelSelector: 'testevent-set=true' } };

interface List<T> {
  readonly items: readonly T[];
}

const newEvent = (name: string): object => ({
  metadata: { name, labels },
  regarding: { kind: 'Pod', namespace: 'default', name: 'pod-1' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  note: `This is ${name}`,
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  reportingController: 'test-controller',
  reportingInstance: 'test-node',
});
const oldEvent = (name: string): object => ({
  metadata: { name, labels },
  message: `This is ${name}`,
  reason: 'Test',
  type: 'Normal',
  count: 1,
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'pod-1' },
});

describe('[sig-instrumentation] Events API', () => {
  it('[sig-instrumentation] Events API should ensure that an event can be fetched, patched, deleted, and listed', async () => {
    const { ok, refused } = await testServer();
    const all = async (url: string): Promise<unknown[]> =>
      (await ok<List<EventsV1Event>>('GET', url)).items.map(({ metadata }) => metadata?.name);
    await ok('POST', NEW, newEvent('event-test'));
    expect(await all('/apis/events.k8s.io/v1/events')).toEqual(['event-test']);
    const byField = (fieldSelector: string): Promise<List<EventsV1Event>> => ok('GET', NEW, undefined, { query: { fieldSelector } });
    expect((await byField('reportingController=test-controller')).items).toHaveLength(1);
    expect((await byField('reportingController=other')).items).toHaveLength(0);
    const before = await ok<EventsV1Event>('GET', `${NEW}/event-test`);
    const series = { count: 2, lastObservedTime: '2026-01-01T00:00:05.000000Z' };
    const patched = await ok<EventsV1Event>('PATCH', `${NEW}/event-test`, { series }, { headers: STRATEGIC });
    expect(patched.series).toEqual(series);
    expect({ ...patched, series: undefined, metadata: { ...patched.metadata, resourceVersion: '', managedFields: [] } }).toEqual({
      ...before,
      series: undefined,
      metadata: { ...before.metadata, resourceVersion: '', managedFields: [] },
    });
    const later = { count: 100, lastObservedTime: '2026-01-01T00:10:00.000000Z' };
    await ok('PUT', `${NEW}/event-test`, { ...patched, series: later });
    expect((await ok<EventsV1Event>('GET', `${NEW}/event-test`)).series).toEqual(later);
    expect((await ok<CoreV1Event>('GET', `${OLD}/event-test`)).series).toEqual(later);
    await ok('DELETE', `${NEW}/event-test`);
    expect(await refused('GET', `${NEW}/event-test`)).toBe('404 NotFound: events.events.k8s.io "event-test" not found');
    expect(await all(NEW)).toEqual([]);
  });

  it('[sig-instrumentation] Events API should delete a collection of events', async () => {
    const { ok } = await testServer();
    for (const name of ['event-1', 'event-2', 'event-3']) await ok('POST', NEW, newEvent(name));
    await ok('POST', NEW, { ...newEvent('other'), metadata: { name: 'other' } });
    expect((await ok<List<EventsV1Event>>('GET', NEW, undefined, SELECTED)).items).toHaveLength(3);
    await ok('DELETE', NEW, undefined, SELECTED);
    expect((await ok<List<EventsV1Event>>('GET', NEW)).items.map(({ metadata }) => metadata?.name)).toEqual(['other']);
  });
});

describe('[sig-instrumentation] Events', () => {
  it('[sig-instrumentation] Events should manage the lifecycle of an event', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', OLD, oldEvent('event-test'));
    const everywhere = async (): Promise<readonly CoreV1Event[]> =>
      (await ok<List<CoreV1Event>>('GET', '/api/v1/events', undefined, SELECTED)).items;
    expect(await everywhere()).toMatchObject([{ message: 'This is event-test' }]);
    await ok('PATCH', `${OLD}/event-test`, { message: 'This is a test event - patched' }, { headers: MERGE });
    const patched = await ok<CoreV1Event>('GET', `${OLD}/event-test`);
    expect(patched.message).toBe('This is a test event - patched');
    const series = { count: 100, lastObservedTime: '2026-01-01T00:10:00.000000Z' };
    await ok('PUT', `${OLD}/event-test`, { ...patched, series });
    expect((await ok<CoreV1Event>('GET', `${OLD}/event-test`)).series).toEqual(series);
    await ok('DELETE', `${OLD}/event-test`);
    expect(await refused('GET', `${OLD}/event-test`)).toBe('404 NotFound: events "event-test" not found');
    expect(await everywhere()).toEqual([]);
  });

  it('[sig-instrumentation] Events should delete a collection of events', async () => {
    const { ok } = await testServer();
    for (const name of ['test-event-1', 'test-event-2', 'test-event-3']) await ok('POST', OLD, oldEvent(name));
    const listed = async (): Promise<unknown[]> =>
      (await ok<List<CoreV1Event>>('GET', OLD, undefined, SELECTED)).items.map(({ metadata }) => metadata?.name);
    expect(await listed()).toEqual(['test-event-1', 'test-event-2', 'test-event-3']);
    await ok('DELETE', OLD, undefined, SELECTED);
    expect(await listed()).toEqual([]);
  });
});
