/** Values as Go's %#v prints them, for the errors that show a whole struct: `v1.LabelSelector{MatchLabels:map[string]string{"app":"b"}}`.
 *  Upstream: the fmt package of Go, staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go */
import { quote } from '../../api/field-error.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { GO_STRUCTS } from './go-structs.ts';

type Json = Readonly<Record<string, unknown>>;

/** A named type that is no struct of the table is a kind of text, but for lists of resources and times. */
const zeroOf = (type: string): unknown =>
  (type === 'bool' ? false : /^(u?int|float)/.test(type) ? 0 : /List$|Time$|IntOrString$/.test(type) ? undefined : '');

export const goIntOrString = (value: number | string | undefined): string =>
  `intstr.IntOrString{Type:${typeof value === 'string' ? 1 : 0}, IntVal:${typeof value === 'string' ? 0 : value ?? 0}, `
  + `StrVal:${quote(typeof value === 'string' ? value : '')}}`;

const NANOS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** A quantity with all that is inside: Kubernetes prints it so where it is no text of its own. */
export function goQuantity(text: string): string {
  const parsed = parseQuantity(text);
  const quantity = typeof parsed === 'string' ? { nanos: 0n, format: 'DecimalSI' } : parsed;
  const exponent = NANOS[/[a-zA-Z]$/.exec(text)?.[0] ?? ''];
  const scale = quantity.format === 'DecimalSI' ? exponent ?? 0 : 0;
  const value = quantity.nanos / 10n ** BigInt(9 + scale);
  return `resource.Quantity{i:resource.int64Amount{value:${value}, scale:${scale}}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, `
    + `s:${quote(text)}, Format:${quote(quantity.format)}}`;
}

/** `type` is written as in Go: "string", "map[string]string", "[]core.Container", "*int32", "v1.LabelSelector".
 *  Differs from Kubernetes: what a pointer points to is printed in its place, where Go prints an address. */
export function goSyntax(value: unknown, type: string): string {
  if (type.startsWith('*')) return value === undefined || value === null ? `(${type})(nil)` : `&${goSyntax(value, type.slice(1))}`;
  if (type.startsWith('[]')) {
    if (value === undefined || value === null) return `${type}(nil)`;
    return `${type}{${(value as readonly unknown[]).map((item) => goSyntax(item, type.slice(2))).join(', ')}}`;
  }
  if (type === 'core.ResourceList') return goMap(value as Json | undefined, type, 'resource.Quantity');
  if (type === 'intstr.IntOrString') return goIntOrString(value as number | string | undefined);
  if (type === 'resource.Quantity') return goQuantity(String(value ?? '0'));
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
