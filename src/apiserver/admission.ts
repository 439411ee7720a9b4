/** Admission: what may still change or refuse a write after authorization. Plugins run in order, all that mutate before
 *  all that validate. To refuse, throw an ApiError; to change, return another object.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/interfaces.go */
import type { World } from '../base/world.ts';
import type { CelLoader } from '../api/cel.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { UserInfo } from '../api/transport.ts';
import type { Dialer } from './dialer.ts';
import type { ServerTrust } from './server-trust.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionAttributes {
  readonly operation: Operation;
  readonly resource: Resource;
  readonly subresource: string;
  readonly namespace: string;
  /** "" while generateName has not been resolved. */
  readonly name: string;
  /** What would be stored; for DELETE undefined; for CONNECT the options. */
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Adds a text to the Warning header of the answer. */
  warn(text: string): void;
}

/** What plugins may read: the state of the store now. */
export interface AdmissionReader {
  get<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>, namespace?: string): readonly T[];
  /** A conditional write by the server itself (quota usage); undefined when somebody wrote first. No admission runs. */
  replace<T extends KubeObject>(resource: Resource<T>, object: T): T | undefined;
  /** Calls the sink after every write to the resource, for what remembers answers (the authorizer). */
  onWrite?(resource: Resource, sink: () => void): Disposable;
  /** What a whole server has beside its store; absent in tests of plugins alone. */
  readonly services?: AdmissionServices;
}

export interface AdmissionServices {
  readonly world: World;
  readonly cel: CelLoader;
  readonly authorizer: Authorizer;
  readonly dialer: Dialer;
  readonly trust: ServerTrust;
  resourceOf(apiVersion: string, kind: string): Resource | undefined;
  /** What is made of all objects of a kind, in the order of their names, made anew after each write to the kind; one `make` a kind.
   *  Configurations are looked at with every write of anything. */
  remembered<T extends KubeObject, R>(resource: Resource<T>, make: (objects: readonly T[]) => R): R;
  /** As the versioned API defaults it. */
  defaulted(resource: Resource, object: KubeObject): KubeObject;
}

/** Synchronous but for webhooks: a plugin that waits is asked again nothing; the handler compares revisions after it. */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  admit?(object: KubeObject, attributes: AdmissionAttributes, reader: AdmissionReader): KubeObject | Promise<KubeObject>;
  validate?(attributes: AdmissionAttributes, reader: AdmissionReader): void | Promise<void>;
}

export type AdmissionChain = readonly AdmissionPlugin[];

/** What src/apiserver/admission/ exports: the chain of a default control plane, in Kubernetes' order. */
export type AdmissionChainFactory = (options: { readonly world: World }) => AdmissionChain;

/** What src/apiserver/authorization/ decides about. Non-resource requests have `path` and no resource. */
export interface AuthorizationAttributes {
  readonly user: UserInfo;
  /** "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy" or, off resources, the HTTP method in lower case. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly isResource: boolean;
}

export interface AuthorizationDecision {
  readonly allowed: boolean;
  readonly denied?: boolean;
  /** 'RBAC: allowed by ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin" to Group "system:masters"'. */
  readonly reason: string;
  readonly evaluationError?: string;
}

export interface Authorizer {
  authorize(attributes: AuthorizationAttributes): AuthorizationDecision;
}

/** What src/apiserver/authorization/ exports. */
export type AuthorizerFactory = (reader: AdmissionReader) => Authorizer;
