/** What the handlers of one server share, and what they know of one call. */
import type { World } from '../base/world.ts';
import type { CelLoader } from '../api/cel.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { DecodeCache } from '../api/schema/decode.ts';
import type { ApiRequest, UserInfo } from '../api/transport.ts';
import type { AdmissionChain, AdmissionReader, Authorizer } from './admission.ts';
import type { Allocators } from './allocators.ts';
import type { ClientCertificates } from './client-certificates.ts';
import type { Dialer } from './dialer.ts';
import type { FieldManager } from './field-manager.ts';
import type { Kind, Kinds } from './kinds.ts';
import type { RequestInfo } from './request-info.ts';
import type { Storage } from './storage.ts';
import type { StrategyContext } from './strategy.ts';
import type { TokenAuthority } from './tokens.ts';
import type { WatchHub } from './watch-hub.ts';

/** What prints tables: src/apiserver/tables/. */
export interface Printers {
  tableFor(kind: { readonly group: string; readonly kind: string }): {
    readonly columns: readonly object[];
    cells(object: KubeObject, nowMs: number): readonly unknown[];
    conditions?(object: KubeObject): readonly object[] | undefined;
  };
}

export interface ServerState {
  readonly world: World;
  /** Outlives the server: streams wait in it, so that a killed server's clients can be told. */
  readonly streams: World;
  readonly version: string;
  readonly kinds: Kinds;
  readonly storage: Storage;
  readonly hub: WatchHub;
  readonly admission: AdmissionChain;
  readonly authorizer: Authorizer;
  readonly allocators: Allocators;
  readonly decodeCache: DecodeCache;
  readonly fields: FieldManager;
  readonly dialer: Dialer;
  readonly tokens: TokenAuthority;
  readonly certificates: ClientCertificates;
  readonly cel: CelLoader;
  readonly reader: AdmissionReader;
  /** Rung every minute: a watcher that has not heard of the newest revision is told it. */
  readonly bookmarks: Set<() => void>;
  readonly printers: Printers;
  /** Printers of custom resources, by "Kind.group". */
  readonly customPrinters: Map<string, ReturnType<Printers['tableFor']>>;
}

export interface Call {
  readonly server: ServerState;
  readonly request: ApiRequest;
  readonly info: RequestInfo;
  readonly user: UserInfo;
  readonly kind: Kind;
  warn(text: string): void;
}

export function strategyContext(call: Call, namespace: string, dryRun: boolean): StrategyContext {
  const { storage, world, allocators, cel } = call.server;
  return {
    world,
    cel: cel.loaded,
    allocators,
    namespace,
    dryRun,
    resource: call.kind.resource,
    subresource: call.info.subresource,
    user: call.user,
    get: <T extends KubeObject>(resource: Resource<T>, inNamespace: string, name: string) => storage.read(resource, inNamespace, name),
    list: <T extends KubeObject>(resource: Resource<T>, inNamespace?: string) => storage.list(resource, inNamespace),
  };
}
