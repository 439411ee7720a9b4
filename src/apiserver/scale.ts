/** The scale subresource: replicas of whatever has them, as autoscaling/v1 Scale.
 *  Upstream: pkg/registry/apps/deployment/storage/storage.go (ScaleREST) */
import { badRequest, invalid, notFound, unsupportedMediaType } from '../api/errors.ts';
import { invalidValue } from '../api/field-error.ts';
import type { LabelSelector, Scale } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import { structOf } from '../api/schema/types.ts';
import { formatSelector, selectorOf } from '../api/selectors.ts';
import { decodeObject, fieldValidationOf, mediaTypeOf, rawBody } from './body.ts';
import type { JsonPatchOperation } from './patch/json-patch.ts';
import { applyJsonPatch } from './patch/json-patch.ts';
import { applyMergePatch } from './patch/merge-patch.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from './patch/patch.ts';
import type { Call } from './server-state.ts';
import { storeChange } from './write.ts';
import type { WriteOptions, Written } from './write.ts';

interface Scalable extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

export function scaleOf(object: KubeObject): Scale {
  const { metadata, spec, status } = object as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata ?? {};
  const selector = selectorText(spec?.selector, object.kind === 'ReplicationController');
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec?.replicas === undefined ? {} : { replicas: spec.replicas },
    status: { replicas: status?.replicas ?? 0, ...(selector !== '' && { selector }) },
  };
}

function selectorText(selector: LabelSelector | Readonly<Record<string, string>> | undefined, isMap: boolean): string {
  if (selector === undefined) return '';
  return formatSelector(selectorOf(isMap ? { matchLabels: selector as Readonly<Record<string, string>> } : (selector as LabelSelector)));
}

export function getScale(call: Call): Scale {
  const found = call.server.storage.get(call.kind, call.info.namespace, call.info.name);
  if (found === undefined) throw notFound(call.kind.resource, call.info.name);
  return scaleOf(found.object);
}

export async function writeScale(call: Call, options: WriteOptions): Promise<Written> {
  const body = rawBody(call.request)?.value;
  const change = call.info.verb === 'patch' ? patcher(call, body) : () => body;
  const written = await storeChange(call, {
    retries: call.info.verb === 'patch',
    compute(old) {
      const before = scaleOf(old);
      const scale = decodeObject(change(before), SCALE, structOf('Scale'), {
        validation: fieldValidationOf(call.request), cache: call.server.decodeCache, warn: call.warn,
      }) as Scale;
      const replicas = scale.spec?.replicas ?? 0;
      if (replicas < 0) {
        throw invalid(SCALE, call.info.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
      }
      const resourceVersion = scale.metadata?.resourceVersion ?? '';
      if (replicas === (before.spec?.replicas ?? 0) && (resourceVersion === '' || resourceVersion === before.metadata?.resourceVersion)) return old;
      return { ...old, metadata: { ...old.metadata, resourceVersion }, spec: { ...(old as Scalable).spec, replicas } } as KubeObject;
    },
  }, options);
  return { ...written, object: scaleOf(written.object) };
}

function patcher(call: Call, patch: unknown): (scale: Scale) => unknown {
  switch (mediaTypeOf(call.request)) {
    case JSON_PATCH: return (scale) => applyJsonPatch(scale, patch as readonly JsonPatchOperation[]);
    case MERGE_PATCH: case STRATEGIC_PATCH:
      if (typeof patch !== 'object' || patch === null) throw badRequest('error decoding patch: unexpected end of JSON input');
      return (scale) => applyMergePatch(scale, patch);
    default: throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH]);
  }
}
