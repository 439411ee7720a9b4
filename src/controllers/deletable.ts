/** Every kind that can be listed and deleted, custom ones too, as discovery would tell.
 *  Upstream: staging/src/k8s.io/client-go/discovery */
import { customResourceOf } from '../api/custom-resource.ts';
import type { CustomResourceDefinition } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { CustomResourceDefinitions, EventsV1Events, RESOURCES, V1HorizontalPodAutoscalers } from '../api/resources.ts';
import type { ControllerContext } from '../client/controller.ts';

const NEEDED = ['delete', 'list', 'watch'];
/** Second views of objects that another row stores. */
const VIEWS: ReadonlySet<Resource> = new Set<Resource>([EventsV1Events as Resource, V1HorizontalPodAutoscalers as Resource]);

const BUILT_IN = RESOURCES.filter((row) => !VIEWS.has(row) && NEEDED.every((verb) => row.verbs.includes(verb)));

/** The rows of established CustomResourceDefinitions, in the version that they store. */
export function customResource(definition: CustomResourceDefinition): Resource | undefined {
  const established = definition.status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True');
  const { versions } = definition.spec;
  const version = versions.find((each) => each.storage && each.served) ?? versions.find((each) => each.served);
  return established === true && version !== undefined ? customResourceOf(definition, version) : undefined;
}

export function createDeletable(context: ControllerContext): () => readonly Resource<KubeObject>[] {
  const definitions = context.informer(CustomResourceDefinitions);
  return () => [...BUILT_IN, ...definitions.list().flatMap((definition) => customResource(definition) ?? [])];
}
