/** Tables of the small core kinds: nodes, namespaces, events, configuration, quota.
 *  Upstream: pkg/printers/internalversion/printers.go */
import type {
  ComponentStatus, ConfigMap, CoreV1Event, EventsV1Event, Lease, Namespace, Node, ResourceQuota, Secret, ServiceAccount,
} from '../../api/generated/types.ts';
import { ageOf, type Cell, columns, nameOf, orNone, since, type TablePrinter } from './table.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (node.spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

/** "control-plane,worker" from labels. */
function nodeRoles(node: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata?.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX)) {
      if (key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    } else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].sort().join(',');
}

const addressOf = (node: Node, type: string): string | undefined => node.status?.addresses?.find((one) => one.type === type)?.address;

export const nodeTable: TablePrinter<Node> = {
  columns: columns('Name', 'Status', 'Roles', 'Age', 'Version', 'Internal-IP*', 'External-IP*', 'OS-Image*', 'Kernel-Version*',
    'Container-Runtime*'),
  cells(it, now) {
    const info = it.status?.nodeInfo;
    return [
      nameOf(it), nodeStatus(it), orNone(nodeRoles(it)), ageOf(it, now), info?.kubeletVersion ?? '', orNone(addressOf(it, 'InternalIP')),
      orNone(addressOf(it, 'ExternalIP')), info?.osImage || '<unknown>', info?.kernelVersion || '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
};

export const namespaceTable: TablePrinter<Namespace> = {
  columns: columns('Name', 'Status', 'Age'),
  cells: (it, now) => [nameOf(it), it.status?.phase ?? '', ageOf(it, now)],
};

/** The fields of both event kinds, by core/v1's names. */
function eventCells(event: CoreV1Event, now: number): readonly Cell[] {
  const first = since(event.firstTimestamp ?? event.eventTime, now);
  const last = event.series ? since(event.series.lastObservedTime, now) : event.lastTimestamp ? since(event.lastTimestamp, now) : first;
  const object = event.involvedObject ?? {};
  const kind = (object.kind ?? '').toLowerCase();
  const source = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return [
    last, event.type ?? '', event.reason ?? '', object.name ? `${kind}/${object.name}` : kind, object.fieldPath ?? '',
    host ? `${source}, ${host}` : source, (event.message ?? '').trim(), first, (event.series ? event.series.count : event.count) || 1,
    nameOf(event),
  ];
}

const EVENT_COLUMNS = columns('Last Seen', 'Type', 'Reason', 'Object', 'Subobject*', 'Source*', 'Message', 'First Seen*', 'Count*', 'Name*')
  .map((column) => (column.name === 'Name' ? { ...column, format: 'name' } : column));

export const eventTable: TablePrinter<CoreV1Event> = { columns: EVENT_COLUMNS, cells: eventCells };

export const eventsEventTable: TablePrinter<EventsV1Event> = {
  columns: EVENT_COLUMNS,
  cells: (event, now) => eventCells({
    metadata: event.metadata ?? {},
    involvedObject: event.regarding ?? {},
    ...(event as object),
    message: event.note,
    count: event.deprecatedCount,
    firstTimestamp: event.deprecatedFirstTimestamp,
    lastTimestamp: event.deprecatedLastTimestamp,
    source: event.deprecatedSource,
    reportingComponent: event.reportingController,
  }, now),
};

const sizeOf = (map: object | undefined): number => Object.keys(map ?? {}).length;

export const configMapTable: TablePrinter<ConfigMap> = {
  columns: columns('Name', 'Data', 'Age'),
  cells: (it, now) => [nameOf(it), sizeOf(it.data) + sizeOf(it.binaryData), ageOf(it, now)],
};

export const secretTable: TablePrinter<Secret> = {
  columns: columns('Name', 'Type', 'Data', 'Age'),
  cells: (it, now) => [nameOf(it), it.type ?? '', sizeOf(it.data), ageOf(it, now)],
};

export const serviceAccountTable: TablePrinter<ServiceAccount> = {
  columns: columns('Name', 'Secrets', 'Age'),
  cells: (it, now) => [nameOf(it), it.secrets?.length ?? 0, ageOf(it, now)],
};

export const leaseTable: TablePrinter<Lease> = {
  columns: columns('Name', 'Holder', 'Age'),
  cells: (it, now) => [nameOf(it), it.spec?.holderIdentity ?? '', ageOf(it, now)],
};

export const resourceQuotaTable: TablePrinter<ResourceQuota> = {
  columns: columns('Name', 'Request', 'Limit', 'Age'),
  cells(it, now) {
    const [requests, limits]: [string[], string[]] = [[], []];
    for (const name of Object.keys(it.status?.hard ?? {}).sort()) {
      const text = `${name}: ${it.status?.used?.[name] ?? '0'}/${it.status?.hard?.[name]}`;
      (name.startsWith('limits.') ? limits : requests).push(text);
    }
    return [nameOf(it), requests.join(', '), limits.join(', '), ageOf(it, now)];
  },
};

export const componentStatusTable: TablePrinter<ComponentStatus> = {
  columns: columns('Name', 'Status', 'Message', 'Error'),
  cells(it) {
    const healthy = it.conditions?.find((condition) => condition.type === 'Healthy');
    const status = healthy ? (healthy.status === 'True' ? 'Healthy' : 'Unhealthy') : 'Unknown';
    return [nameOf(it), status, healthy?.message ?? '', healthy?.error ?? ''];
  },
};
