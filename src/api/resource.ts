/** One row of the resource table. Routes, discovery, kubectl's names, printers, explain, validation and the editor's
 *  completion all read it. The type parameter is all a caller says: `client.list(Pods)` is a list of Pod.
 *  The rows themselves stand in resources.ts; CRDs add rows at run time. */
import type { KubeObject } from './object.ts';

export interface Resource<T extends KubeObject = KubeObject> {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** "all", "api-extensions". */
  readonly categories: readonly string[];
  /** Verbs of the resource itself, in discovery's alphabetical order. */
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** The object's definition in the generated schema ("Deployment", "CoreV1Event"); absent for custom resources. */
  readonly definition?: string;
  /** Never set: carries T. */
  readonly object?: T;
}

export interface Subresource {
  /** "status", "scale", "log". */
  readonly name: string;
  readonly verbs: readonly string[];
  /** What it takes and gives where that is not the resource's own kind: Scale is autoscaling/v1, Eviction policy/v1. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** "namespace/name", or "name" for cluster-scoped kinds: client-go's MetaNamespaceKey. */
export type ObjectKey = string;
