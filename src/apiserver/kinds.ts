/** The kinds that this server serves now: the rows of the resource table with their strategies, and those that
 *  CustomResourceDefinitions add while it runs.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/server/genericapiserver.go */
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import {
  CustomResourceDefinitions,
  APIServices,
  Events,
  EventsV1Events,
  HorizontalPodAutoscalers,
  RESOURCES,
  V1HorizontalPodAutoscalers,
} from '../api/resources.ts';
import type { StructType } from '../api/schema/types.ts';
import { structOf } from '../api/schema/types.ts';
import { conversions } from './conversion.ts';
import { hasRules } from './custom-resources/rules.ts';
import type { Strategy } from './strategy.ts';

export interface Kind {
  readonly resource: Resource;
  readonly strategy: Strategy;
  /** "/registry/pods/": where its objects stand in etcd. */
  readonly prefix: string;
  readonly schema: StructType;
  /** Kinds that show the objects of another one differ from what is stored. */
  readonly toStored?: (object: KubeObject) => KubeObject;
  readonly fromStored?: (object: KubeObject) => KubeObject;
  /** Where versions are converted over the network, so that reading and writing may have to wait. */
  readonly conversion?: Conversion;
  /** Where a custom resource keeps what its Scale shows. */
  readonly scale?: ScalePaths;
  /** The schema as its author wrote it: custom resources publish it. */
  readonly openApi?: object;
  /** Whether the object cannot be written before CEL is there. */
  readonly needsCel?: (object: KubeObject) => boolean;
  /** False for kinds that are never stored (reviews). */
  readonly isStored: boolean;
  /** The warning that goes with every answer, also to who only reads. */
  readonly deprecation?: string;
}

/** Dotted paths, as a CustomResourceDefinition has them: ".spec.replicas". */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

export interface Conversion {
  /** To be awaited before the object is put into the store. Throws ApiError. */
  prepare(object: KubeObject): Promise<void>;
  /** Throws ConversionNeeded, once for all of the stored values that cannot be shown yet. */
  show(values: readonly KubeObject[]): void;
  /** What was just stored is what was sent. */
  remember(value: KubeObject, object: KubeObject): void;
}

export interface Kinds {
  find(group: string, version: string, plural: string): Kind | undefined;
  of(resource: Resource): Kind;
  /** Any served version of the kind. */
  byKind(apiVersion: string, kind: string): Kind | undefined;
  readonly all: readonly Kind[];
  /** Raised by every addition and removal; caches of discovery and OpenAPI compare it. */
  readonly generation: number;
  hasGroup(group: string): boolean;
  hasGroupVersion(group: string, version: string): boolean;
  add(kind: Kind): void;
  remove(group: string, plural: string): void;
}

/** Where Kubernetes' own layout says something else than the plural. */
const PREFIXES: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  replicationcontrollers: 'controllers',
  podtemplates: 'podtemplates',
};

function prefixOf(resource: Resource): string {
  if (resource.group === CustomResourceDefinitions.group || resource.group === APIServices.group || resource.definition === undefined) {
    return `/registry/${resource.group}/${resource.plural}/`;
  }
  return `/registry/${PREFIXES[resource.plural] ?? resource.plural}/`;
}

/** Upstream: zz_generated.prerelease-lifecycle.go of each group; of what 1.33 serves these are deprecated. */
const DEPRECATED: Readonly<Record<string, string>> = {
  '/v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/v1/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
};

const STORED_AS: readonly (readonly [shown: Resource, stored: Resource])[] = [
  [EventsV1Events, Events],
  [V1HorizontalPodAutoscalers, HorizontalPodAutoscalers],
];

const WITH_EXPRESSIONS = new Set(['validatingadmissionpolicies', 'validatingwebhookconfigurations', 'mutatingwebhookconfigurations']);
const hasExpressions = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('expression' in value || Object.values(value).some(hasExpressions));

function kindOf(resource: Resource, strategy: Strategy): Kind {
  const alias = STORED_AS.find(([shown]) => shown === resource);
  const deprecation = DEPRECATED[`${resource.group}/${resource.version}/${resource.plural}`];
  const isStored = resource.verbs.includes('get') && resource.plural !== 'componentstatuses';
  return {
    resource,
    strategy,
    isStored,
    prefix: prefixOf(alias?.[1] ?? resource),
    schema: structOf(resource.definition ?? 'Any'),
    ...(deprecation !== undefined && { deprecation }),
    ...(alias && conversions[resource.definition as string]),
    ...(resource === CustomResourceDefinitions && { needsCel: hasRules }),
    ...(WITH_EXPRESSIONS.has(resource.plural) && { needsCel: hasExpressions }),
  };
}

export function createKinds(strategyFor: (resource: Resource) => Strategy): Kinds {
  const byPath = new Map<string, Kind>();
  const byResource = new Map<Resource, Kind>();
  const byKindName = new Map<string, Kind>();
  let all: readonly Kind[] = [];
  let generation = 0;
  const apiVersion = (resource: Resource): string => (resource.group === '' ? resource.version : `${resource.group}/${resource.version}`);
  const pathOf = (resource: Resource): string => `${resource.group}/${resource.version}/${resource.plural}`;
  const add = (kind: Kind): void => {
    const { resource } = kind;
    all = [...all.filter((each) => pathOf(each.resource) !== pathOf(resource)), kind];
    byPath.set(pathOf(resource), kind);
    byResource.set(resource, kind);
    byKindName.set(`${apiVersion(resource)}/${resource.kind}`, kind);
    generation += 1;
  };
  for (const resource of RESOURCES) add(kindOf(resource, strategyFor(resource)));
  return {
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    of: (resource) => (byResource.get(resource) ?? byPath.get(pathOf(resource))) as Kind,
    byKind: (version, kind) => byKindName.get(`${version}/${kind}`),
    get all() {
      return all;
    },
    get generation() {
      return generation;
    },
    hasGroup: (group) => all.some((each) => each.resource.group === group),
    hasGroupVersion: (group, version) => all.some((each) => each.resource.group === group && each.resource.version === version),
    add,
    remove(group, plural) {
      for (const { resource } of all.filter((each) => each.resource.group === group && each.resource.plural === plural)) {
        byPath.delete(pathOf(resource));
        byResource.delete(resource);
        byKindName.delete(`${apiVersion(resource)}/${resource.kind}`);
      }
      all = all.filter((each) => each.resource.group !== group || each.resource.plural !== plural);
      generation += 1;
    },
  };
}
