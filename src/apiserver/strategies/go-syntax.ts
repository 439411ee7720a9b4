/** Values as Go's %#v prints them, for the errors that show a whole struct: `v1.LabelSelector{MatchLabels:map[string]string{"app":"b"}}`.
 *  Upstream: the fmt package of Go, staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go */
import { quote } from '../../api/field-error.ts';
import { GO_STRUCTS } from './go-structs.ts';

type Json = Readonly<Record<string, unknown>>;

/** A named type that is no struct of the table is a kind of text, but for lists of resources and times. */
const zeroOf = (type: string): unknown =>
  (type === 'bool' ? false : /^(u?int|float)/.test(type) ? 0 : /List$|Time$|IntOrString$/.test(type) ? undefined : '');

/** `type` is written as in Go: "string", "map[string]string", "[]core.Container", "*int32", "v1.LabelSelector".
 *  Differs from Kubernetes: what a pointer points to is printed in its place, where Go prints an address. */
export function goSyntax(value: unknown, type: string): string {
  if (type.startsWith('*')) return value === undefined || value === null ? `(${type})(nil)` : `&${goSyntax(value, type.slice(1))}`;
  if (type.startsWith('[]')) {
    if (value === undefined || value === null) return `${type}(nil)`;
    return `${type}{${(value as readonly unknown[]).map((item) => goSyntax(item, type.slice(2))).join(', ')}}`;
  }
  if (type === 'core.ResourceList') return goMap(value as Json | undefined, type, 'string');
  if (type.startsWith('map[')) return goMap(value as Json | undefined, type);
  const fields = GO_STRUCTS[type];
  if (fields) {
    const object = (value ?? {}) as Json;
    return `${type}{${fields.map(({ go, json, type: of }) => `${go}:${goSyntax(json === '' ? object : object[json], of)}`).join(', ')}}`;
  }
  const known = value ?? zeroOf(type);
  if (typeof known === 'string') return quote(known);
  return known === undefined ? 'nil' : JSON.stringify(known);
}

function goMap(value: Json | undefined, type: string, of = type.slice(type.indexOf(']') + 1)): string {
  if (value === undefined || value === null) return `${type}(nil)`;
  return `${type}{${Object.keys(value).sort().map((key) => `${quote(key)}:${goSyntax(value[key], of)}`).join(', ')}}`;
}
