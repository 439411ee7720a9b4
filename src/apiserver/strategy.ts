/** What is particular to a kind when it is written. The generic registry (handlers/) does the rest: names, uid,
 *  generation, resourceVersion, managedFields, optimistic concurrency. Functions are pure: they take a frozen object and
 *  return the same one where nothing changes, or a changed copy that shares what it can.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/registry/rest/{create,update}.go */
import type { World } from '../base/world.ts';
import type { Cel } from '../api/cel.ts';
import type { FieldError } from '../api/field-error.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { UserInfo } from '../api/transport.ts';
import type { Allocators } from './allocators.ts';

export interface StrategyContext {
  readonly world: World;
  readonly resource: Resource;
  /** "" for the object itself, else "status", "scale", "ephemeralcontainers", "resize", "approval", "finalize", "binding". */
  readonly subresource: string;
  readonly namespace: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** A read of the current state of another object; undefined where there is none. */
  get<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): readonly T[];
  /** Cluster IPs, node ports and the like; what a dry run or a refused write took is given back. */
  readonly allocators: Allocators;
  /** Absent as long as nothing needs it. */
  readonly cel?: Cel | undefined;
}

export interface Strategy<T extends KubeObject = KubeObject> {
  /** Clears what a client may not set (status), fills in what only the server knows. Runs after defaulting and after mutating admission. */
  prepareForCreate(object: T, context: StrategyContext): T;
  /** The generic part has already restored status (main resource) or everything but status and metadata (status
   *  subresource) from `old`, and sets generation where `spec` differs. */
  prepareForUpdate(object: T, old: T, context: StrategyContext): T;
  /** Defaults as the versioned API has them. Also runs over objects that are read from manifests by `kubectl --dry-run=server`. */
  applyDefaults(object: T): T;
  /** Everything but metadata, which the generic part checks with `nameErrors`. */
  validate(object: T, context: StrategyContext): readonly FieldError[];
  validateUpdate(object: T, old: T, context: StrategyContext): readonly FieldError[];
  validateStatusUpdate?(object: T, old: T, context: StrategyContext): readonly FieldError[];
  /** What is wrong with metadata.name or with the base of metadata.generateName (`prefix`), in Kubernetes' words. */
  nameErrors?(name: string, prefix: boolean): readonly string[];
  /** Texts for the Warning header. */
  warnings?(object: T, old: T | undefined, context: StrategyContext): readonly string[];
  /** After the write is decided and before it is stored: allocations (cluster IPs, node ports). `old` is absent on create. */
  allocate?(object: T, old: T | undefined, context: StrategyContext): T;
  /** After an object is gone from the store. */
  release?(object: T, context: StrategyContext): void;
  /** Field selectors besides metadata.name and metadata.namespace: label to value. */
  readonly selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** Only for kinds whose PUT must name a resourceVersion; others may overwrite. Default true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** PUT of an object that does not exist creates it (Lease, Endpoints, ...). Default false. */
  readonly allowCreateOnUpdate?: boolean;
  /** True for kinds whose DELETE answers the deleted object, as for Pods; the others answer a Status. Default false. */
  readonly returnDeletedObject?: boolean;
  /** Kinds without spec or with other rules: whether the change raises metadata.generation. Default: spec differs. */
  generationChanges?(object: T, old: T): boolean;
}
