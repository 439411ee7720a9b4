/** What a kind looks like in `kubectl get`: columns, and the cells of one object. The server prints, the client only aligns.
 *  Cells are always those of the wide table; kubectl leaves out the columns of priority 1.
 *  Upstream: pkg/printers/internalversion/printers.go */
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { humanDuration, parseTime } from '../../base/time.ts';

export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface TableRowCondition {
  readonly type: 'Completed';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}

export type Cell = string | number | boolean | null;

export interface TablePrinter<T extends KubeObject = KubeObject> {
  readonly columns: readonly TableColumn[];
  cells(object: T, nowMs: number): readonly Cell[];
  conditions?(object: T): readonly TableRowCondition[] | undefined;
}

const NAME = 'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client '
  + 'to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and '
  + 'configuration definition. Cannot be updated. More info: '
  + 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const AGE = 'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set '
  + 'in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in '
  + 'UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: '
  + 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

/** Reads columns from words: "IP*" is shown by -o wide only, "Value:integer" has a type other than string.
 *  Differs from Kubernetes: only the columns Name and Age carry a description. */
export function columns(...words: readonly string[]): readonly TableColumn[] {
  return words.map((word) => {
    const wide = word.endsWith('*');
    const [name = '', type = 'string'] = (wide ? word.slice(0, -1) : word).split(':');
    const description = name === 'Name' ? NAME : name === 'Age' ? AGE : '';
    return { name, type, format: name === 'Name' && !wide ? 'name' : '', description, priority: wide ? 1 : 0 };
  });
}

/** How long ago something was, as kubectl says it: "5m", "<unknown>" where nobody knows. */
export function since(time: string | undefined, nowMs: number): string {
  return time ? humanDuration(nowMs - parseTime(time)) : '<unknown>';
}

export const ageOf = (object: { readonly metadata?: ObjectMeta }, nowMs: number): string => since(object.metadata?.creationTimestamp, nowMs);

export const nameOf = (object: { readonly metadata?: ObjectMeta }): string => object.metadata?.name ?? '';

/** Names and images of containers, as -o wide shows them. */
export function containerCells(containers: readonly { readonly name: string; readonly image?: string }[] | undefined): readonly [string, string] {
  return [(containers ?? []).map((one) => one.name).join(','), (containers ?? []).map((one) => one.image ?? '').join(',')];
}

export const orNone = (text: string | undefined): string => text || '<none>';
