/** A local, eventually consistent copy of one resource, fed by list then watch, with indexes; reads are synchronous.
 *  States of one object arrive in order and may be skipped; nothing is promised between two objects; a delete carries
 *  the last known state. It relists after 410, a cut link or a gap, and reports the difference as changes.
 *  This file is the contract; reflector.ts keeps it. */
import type { KubeObject } from '../api/object.ts';
import type { ObjectKey } from '../api/resource.ts';

export interface Informer<T extends KubeObject> {
  readonly hasSynced: boolean;
  synced(): Promise<void>;
  get(key: ObjectKey): T | undefined;
  /** Everything, or what an index holds: 'namespace' and 'controller' (the uid of the controller owner) are always there. */
  list(index?: { readonly name: string; readonly value: string }): readonly T[];
  /** Adds an index once; a second one of the same name is the same. */
  addIndex(name: string, valuesOf: (object: T) => readonly string[]): void;
  /** Starts with an 'add' for each object already held. Changes are told synchronously, before anybody can act on a later one. */
  onChange(listener: (change: Change<T>) => void): Disposable;
}

export interface Change<T> {
  readonly type: 'add' | 'update' | 'delete';
  readonly object: T;
  readonly old?: T;
}
