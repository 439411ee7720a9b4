/** The commonest write of an idle cluster: whoever holds a Lease says that it still does. Where nothing but `renewTime`
 *  differs from what is stored, and the writer owns the Lease's fields alone, neither defaults nor admission nor validation
 *  nor the sets of fields can come to another result than the general way (write.ts): this gives the same bytes with less work. */
import { equal } from '../base/json.ts';
import { rfc3339 } from '../base/time.ts';
import type { Lease, ManagedFieldsEntry } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import type { Call } from './server-state.ts';
import type { Written } from './write.ts';

const API_VERSION = 'coordination.k8s.io/v1';
const MICRO_TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

/** undefined: the general way must be gone. */
export function renewLease(call: Call, manager: string): Written | undefined {
  const { kind, info, server, request } = call;
  const sent = request.body as Lease | undefined;
  if (kind.resource.kind !== 'Lease' || info.subresource !== '' || typeof sent !== 'object' || sent.metadata?.resourceVersion === undefined) return undefined;
  const found = server.storage.get(kind, info.namespace, info.name);
  const old = found?.object as Lease | undefined;
  const entry = soleEntry(old);
  if (found === undefined || old === undefined || entry?.manager !== manager || !onlyRenews(sent, old)) return undefined;
  const managedFields = [{ ...entry, time: rfc3339(server.world.clock.now()) }];
  const next: Lease = { ...old, metadata: { ...old.metadata, managedFields }, spec: { ...old.spec, renewTime: sent.spec?.renewTime } };
  const stored = server.storage.put(kind, next as KubeObject, found.modRevision);
  return stored && { object: stored.object, created: false, revision: stored.modRevision };
}

function soleEntry(old: Lease | undefined): ManagedFieldsEntry | undefined {
  const [entry, ...others] = old?.metadata?.managedFields ?? [];
  if (entry === undefined || others.length > 0 || old?.metadata?.deletionTimestamp !== undefined) return undefined;
  if (entry.operation !== 'Update' || entry.apiVersion !== API_VERSION || entry.subresource !== undefined) return undefined;
  const spec = (entry.fieldsV1 as { readonly 'f:spec'?: object } | undefined)?.['f:spec'];
  return spec !== undefined && 'f:renewTime' in spec ? entry : undefined;
}

function onlyRenews(sent: Lease, old: Lease): boolean {
  const renewTime = sent.spec?.renewTime;
  if (typeof renewTime !== 'string' || !MICRO_TIME.test(renewTime) || renewTime === old.spec?.renewTime) return false;
  return (sent.metadata === old.metadata || equal(sent.metadata, old.metadata)) && equal({ ...sent, metadata: 0, spec: 0 }, { ...old, metadata: 0, spec: 0 })
    && equal({ ...sent.spec, renewTime: 0 }, { ...old.spec, renewTime: 0 });
}
