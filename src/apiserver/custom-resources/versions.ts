/** A custom resource in one of its versions, and as it is stored. What another version holds is turned by the definition's
 *  webhook, which takes time: whoever needs it meanwhile throws ConversionNeeded, waits for it and begins again. What was turned
 *  once is kept as long as what it was made of.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/{conversion/converter.go,customresource_handler.go} */
import { sealed } from '../../base/json.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../api/generated/types.ts';
import type { KubeObject } from '../../api/object.ts';
import { compileStructural, withDefaults } from '../../api/schema/structural.ts';
import { decodeAs, DecodeError } from '../../api/schema/decode.ts';
import type { AdmissionReader } from '../admission.ts';
import type { Kind } from '../kinds.ts';
import { withRevision } from '../storage.ts';
import { convertObjects } from './convert.ts';

/** Objects must be converted before the work can be done. */
export class ConversionNeeded extends Error {
  constructor(
    /** Asks the webhook. Throws ApiError. */
    readonly convert: () => Promise<void>,
  ) {
    super('a conversion is needed');
  }
}

/** So many objects go to the webhook at once. */
const BATCH = 250;
const TRIES = 50;

/** Does the work, with what it needs converted: it must change nothing before it needs it. */
export async function whileConverting<T>(act: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ConversionNeeded) || attempt >= TRIES) throw error;
      await error.convert();
    }
  }
}

type Versions = Pick<Kind, 'fromStored' | 'toStored' | 'conversion'>;

/** How the objects of a definition are shown in one version. */
export function versionsOf(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  reader: AdmissionReader,
): Versions {
  const { group, versions, conversion, names } = spec;
  const stored = `${group}/${versions.find(({ storage }) => storage)?.name ?? ''}`;
  const own = `${group}/${version.name}`;
  const webhook = conversion?.strategy === 'Webhook' ? conversion.webhook : undefined;
  const finished = finisherOf(names.kind, version);
  const shown = new WeakMap<KubeObject, KubeObject>();
  const kept = new WeakMap<KubeObject, KubeObject>();

  async function turn(objects: readonly KubeObject[], desired: string, into: WeakMap<KubeObject, KubeObject>): Promise<void> {
    const { services } = reader;
    if (webhook === undefined || services === undefined) return;
    for (let at = 0; at < objects.length; at += BATCH) {
      const batch = objects.slice(at, at + BATCH);
      const made = await convertObjects(webhook, batch, desired, reader, services);
      batch.forEach((object, i) => into.set(object, desired === own ? finished(made[i] as KubeObject) : (made[i] as KubeObject)));
    }
  }
  function fromStored(value: KubeObject): KubeObject {
    const known = shown.get(value);
    if (known !== undefined) return known;
    if (value.apiVersion !== own && webhook !== undefined) throw new ConversionNeeded(() => turn([value], own, shown));
    const made = finished(value.apiVersion === own ? value : { ...value, apiVersion: own });
    shown.set(value, made);
    return made;
  }
  const toStored = (object: KubeObject): KubeObject => {
    if (own === stored) return object;
    if (webhook === undefined) return { ...object, apiVersion: stored };
    const made = kept.get(object);
    if (made === undefined) throw new ConversionNeeded(() => turn([object], stored, kept));
    return made;
  };
  return {
    fromStored,
    toStored,
    ...(webhook !== undefined && {
      conversion: {
        async prepare(object: KubeObject) {
          if (own !== stored && !kept.has(object)) await turn([object], stored, kept);
        },
        show(values: readonly KubeObject[]) {
          const strange = values.filter((value) => value.apiVersion !== own && !shown.has(value));
          if (strange.length > 0) throw new ConversionNeeded(() => turn(strange, own, shown));
        },
        remember(value: KubeObject, object: KubeObject) {
          if (value.apiVersion !== own) shown.set(value, sealed(withRevision(object, Number(value.metadata?.resourceVersion))));
        },
      },
    }),
  };
}

/** As the version's schema is now: what it does not name goes, and what it has defaults for comes, also in old objects. */
function finisherOf(kind: string, version: CustomResourceDefinitionVersion): (object: KubeObject) => KubeObject {
  const schema = version.schema?.openAPIV3Schema ?? {};
  const struct = compileStructural(kind, schema);
  return (object) => {
    try {
      return sealed(withDefaults(decodeAs<KubeObject>(object, struct).object, schema) as KubeObject);
    } catch (error) {
      // What a later schema would refuse stays readable.
      if (error instanceof DecodeError) return object;
      throw error;
    }
  };
}
