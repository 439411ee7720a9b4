/** The scale subresource: replicas of whatever has them, as autoscaling/v1 Scale.
 *  Upstream: pkg/registry/apps/deployment/storage/storage.go (ScaleREST),
 *  staging/src/k8s.io/apiextensions-apiserver/pkg/registry/customresource/etcd.go */
import { badRequest, internalError, invalid, notFound, unsupportedMediaType } from '../api/errors.ts';
import { invalidValue } from '../api/field-error.ts';
import type { LabelSelector, Scale } from '../api/generated/types.ts';
import { ownOf, setOwn } from '../base/json.ts';
import type { KubeObject } from '../api/object.ts';
import { structOf } from '../api/schema/types.ts';
import { formatSelector, selectorOf } from '../api/selectors.ts';
import { decodeObject, fieldValidationOf, mediaTypeOf, rawBody } from './body.ts';
import type { JsonPatchOperation } from './patch/json-patch.ts';
import { applyJsonPatch } from './patch/json-patch.ts';
import { applyMergePatch } from './patch/merge-patch.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from './patch/patch.ts';
import type { ScalePaths } from './kinds.ts';
import type { Call } from './server-state.ts';
import { storeChange } from './write.ts';
import type { WriteOptions, Written } from './write.ts';

interface Scalable extends KubeObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

interface Shown {
  readonly replicas: number | undefined;
  readonly ready: number;
  readonly selector: string;
}

function shownOf(object: KubeObject, paths: ScalePaths | undefined): Shown {
  if (paths === undefined) {
    const { spec, status } = object as Scalable;
    return { replicas: spec?.replicas, ready: status?.replicas ?? 0, selector: selectorText(spec?.selector, object.kind === 'ReplicationController') };
  }
  const [replicas, ready, selector] = [paths.specReplicasPath, paths.statusReplicasPath, paths.labelSelectorPath ?? ''].map((path) => valueAt(object, keysOf(path)));
  return {
    replicas: typeof replicas === 'number' ? replicas : undefined,
    ready: typeof ready === 'number' ? ready : 0,
    selector: paths.labelSelectorPath !== undefined && typeof selector === 'string' ? selector : '',
  };
}

const keysOf = (path: string): readonly string[] => path.split('.').filter((key) => key !== '');

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return typeof value === 'object' && value !== null ? valueAt(ownOf(value as Record<string, unknown>, key), rest) : undefined;
}

/** A copy with the value at the path, whose missing maps are made. */
function withValue(value: unknown, [key, ...rest]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  const copy: Record<string, unknown> = { ...(value as object | undefined) };
  setOwn(copy, key, withValue(ownOf(copy, key), rest, leaf));
  return copy;
}

function scaleOf(object: KubeObject, paths: ScalePaths | undefined): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {};
  const { replicas, ready, selector } = shownOf(object, paths);
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === undefined ? {} : { replicas },
    status: { replicas: ready, ...(selector !== '' && { selector }) },
  };
}

function selectorText(selector: LabelSelector | Readonly<Record<string, string>> | undefined, isMap: boolean): string {
  if (selector === undefined) return '';
  return formatSelector(selectorOf(isMap ? { matchLabels: selector as Readonly<Record<string, string>> } : (selector as LabelSelector)));
}

export function getScale(call: Call): Scale {
  const found = call.server.storage.get(call.kind, call.info.namespace, call.info.name);
  if (found === undefined) throw notFound(call.kind.resource, call.info.name);
  const scale = scaleOf(found.object, call.kind.scale);
  if (call.kind.scale && scale.spec?.replicas === undefined) throw missingReplicas(call.kind.scale);
  return scale;
}

const missingReplicas = ({ specReplicasPath }: ScalePaths): Error => internalError(`the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`);

export async function writeScale(call: Call, options: WriteOptions): Promise<Written> {
  const body = rawBody(call.request)?.value;
  const change = call.info.verb === 'patch' ? patcher(call, body) : () => body;
  const written = await storeChange(call, {
    retries: call.info.verb === 'patch',
    compute(old) {
      const paths = call.kind.scale;
      const before = scaleOf(old, paths);
      const scale = decodeObject(change(before), SCALE, structOf('Scale'), {
        validation: fieldValidationOf(call.request), cache: call.server.decodeCache, warn: call.warn,
      }) as Scale;
      const replicas = scale.spec?.replicas ?? 0;
      if (replicas < 0) {
        throw invalid(SCALE, call.info.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
      }
      const resourceVersion = scale.metadata?.resourceVersion ?? '';
      if (replicas === (before.spec?.replicas ?? 0) && (resourceVersion === '' || resourceVersion === before.metadata?.resourceVersion)) return old;
      const scaled = withValue(old, keysOf(paths?.specReplicasPath ?? '.spec.replicas'), replicas) as KubeObject;
      return { ...scaled, metadata: { ...old.metadata, resourceVersion } };
    },
  }, options);
  return { ...written, object: scaleOf(written.object, call.kind.scale) };
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
