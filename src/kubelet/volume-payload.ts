/** What the files of configMap, secret, downwardAPI and projected volumes hold.
 *  Upstream: pkg/volume/configmap/configmap.go, pkg/volume/secret/secret.go, pkg/volume/downwardapi/downwardapi.go, pkg/volume/projected/projected.go */
import type { ConfigMap, Pod, Secret, Volume, VolumeProjection } from '../api/generated/types.ts';
import { fromBase64, utf8 } from '../base/bytes.ts';
import { VolumeError } from '../storage/volume-error.ts';
import { fieldValue, type PodFieldFacts } from './downward-fields.ts';
import { resourceValue, type NodeAllocatable } from './downward-resources.ts';

export interface PayloadFile { readonly data: Uint8Array; readonly mode: number }
/** By path below the volume. */
export type Payload = ReadonlyMap<string, PayloadFile>;

type Keys = readonly { readonly key: string; readonly path: string; readonly mode?: number }[] | undefined;

export interface PayloadSources extends PodFieldFacts {
  readonly allocatable: NodeAllocatable;
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  token(audience: string | undefined, expirationSeconds: number | undefined): Promise<string>;
}

const DEFAULT_MODE = 0o644;

/** undefined: the volume is of another kind. Throws VolumeError. */
export async function payloadOf(pod: Pod, volume: Volume, sources: PayloadSources): Promise<Payload | undefined> {
  const files = new Map<string, PayloadFile>();
  if (volume.configMap !== undefined) {
    const { name = '', items, optional, defaultMode } = volume.configMap;
    addConfigMap(files, await sources.configMap(name), { name, items, optional, mode: defaultMode ?? DEFAULT_MODE });
  } else if (volume.secret !== undefined) {
    const { secretName = '', items, optional, defaultMode } = volume.secret;
    addSecret(files, await sources.secret(secretName), { name: secretName, items, optional, mode: defaultMode ?? DEFAULT_MODE });
  } else if (volume.downwardAPI !== undefined) {
    addDownward(files, pod, volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode ?? DEFAULT_MODE, sources);
  } else if (volume.projected !== undefined) {
    await addProjected(files, pod, volume.projected.sources ?? [], volume.projected.defaultMode ?? DEFAULT_MODE, sources);
  } else return undefined;
  return files;
}

interface Choice { readonly name: string; readonly items: Keys; readonly optional: boolean | undefined; readonly mode: number }
type Files = Map<string, PayloadFile>;

function addConfigMap(files: Files, map: ConfigMap | undefined, choice: Choice): void {
  if (map === undefined) return absent(choice.optional, `configmap "${choice.name}" not found`);
  const data = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(map.data ?? {})) data.set(key, utf8(value));
  for (const [key, value] of Object.entries(map.binaryData ?? {})) data.set(key, fromBase64(value) ?? new Uint8Array());
  addKeys(files, data, choice, 'configmap references non-existent config key');
}

function addSecret(files: Files, secret: Secret | undefined, choice: Choice): void {
  if (secret === undefined) return absent(choice.optional, `secret "${choice.name}" not found`);
  const data = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(secret.data ?? {})) data.set(key, fromBase64(value) ?? new Uint8Array());
  addKeys(files, data, choice, 'references non-existent secret key');
}

function addKeys(files: Files, data: ReadonlyMap<string, Uint8Array>, choice: Choice, missing: string): void {
  if (choice.items === undefined || choice.items.length === 0) {
    for (const [key, value] of data) files.set(key, { data: value, mode: choice.mode });
    return;
  }
  for (const item of choice.items) {
    const value = data.get(item.key);
    if (value === undefined) absent(choice.optional, `${missing}: ${item.key}`);
    else files.set(item.path, { data: value, mode: item.mode ?? choice.mode });
  }
}

function absent(optional: boolean | undefined, message: string): void {
  if (optional !== true) throw new VolumeError(message);
}

function addDownward(
  files: Files, pod: Pod, items: NonNullable<NonNullable<Volume['downwardAPI']>['items']>, mode: number, sources: PayloadSources,
): void {
  for (const item of items) {
    const of = item.resourceFieldRef;
    const container = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find((each) => each.name === of?.containerName);
    const text = of === undefined ? fieldValue(pod, item.fieldRef?.fieldPath ?? '', sources)
      : container === undefined ? '' : resourceValue(container, of, sources.allocatable);
    files.set(item.path, { data: utf8(text), mode: item.mode ?? mode });
  }
}

async function addProjected(files: Files, pod: Pod, projections: readonly VolumeProjection[], mode: number, sources: PayloadSources): Promise<void> {
  const problems: string[] = [];
  for (const projection of projections) {
    try {
      await addProjection(files, pod, projection, mode, sources);
    } catch (error) {
      if (!(error instanceof VolumeError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new VolumeError(problems.length === 1 ? problems[0] as string : `[${problems.join(', ')}]`);
}

async function addProjection(files: Files, pod: Pod, projection: VolumeProjection, mode: number, sources: PayloadSources): Promise<void> {
  const { configMap, secret, downwardAPI, serviceAccountToken } = projection;
  if (configMap !== undefined) {
    const name = configMap.name ?? '';
    addConfigMap(files, await sources.configMap(name), { name, items: configMap.items, optional: configMap.optional, mode });
  } else if (secret !== undefined) {
    const name = secret.name ?? '';
    addSecret(files, await sources.secret(name), { name, items: secret.items, optional: secret.optional, mode });
  } else if (downwardAPI !== undefined) {
    addDownward(files, pod, downwardAPI.items ?? [], mode, sources);
  } else if (serviceAccountToken !== undefined) {
    const token = await sources.token(serviceAccountToken.audience, serviceAccountToken.expirationSeconds);
    files.set(serviceAccountToken.path, { data: utf8(token), mode });
  }
}
