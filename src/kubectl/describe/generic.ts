/** Kinds that have no description of their own: every field, in words made of its name.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go GenericDescriber */
import { type Obj, byText } from '../obj.ts';
import { type Describer, describeEvents } from './describer.ts';
import { type Text, annotationLines, labelLines } from './text.ts';

export const generic: Describer = async (text, object, context) => {
  text.line(0, `Name:\t${object.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${object.metadata?.namespace ?? ''}`);
  labelLines(text, 'Labels', object.metadata?.labels);
  annotationLines(text, 'Annotations', object.metadata?.annotations);
  const {
    name: _1,
    namespace: _2,
    labels: _3,
    annotations: _4,
    managedFields: _5,
    ...metadata
  } = (object.metadata ?? {}) as Record<string, unknown>;
  content(text, 0, { ...object, metadata } as Obj);
  await describeEvents(text, object, context);
};

function content(text: Text, level: number, values: Readonly<Record<string, unknown>>): void {
  const titles = Object.keys(values)
    .map((key) => ({ key, title: smart(key) }))
    .sort((a, b) => byText(a.title, b.title));
  for (const { key, title } of titles) {
    const value = values[key];
    if (Array.isArray(value)) {
      text.line(level, `${title}:`);
      items(text, level + 1, value);
    } else if (typeof value === 'object' && value !== null) {
      text.line(level, `${title}:`);
      content(text, level + 1, value as Readonly<Record<string, unknown>>);
    } else {
      text.line(level, `${title}:\t${value === null || value === undefined ? '<nil>' : String(value)}`);
    }
  }
}

function items(text: Text, level: number, values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      content(text, level, value as Readonly<Record<string, unknown>>);
    else if (Array.isArray(value)) items(text, level + 1, value);
    else text.line(level, String(value));
  }
}

/** "creationTimestamp" is "Creation Timestamp", "apiVersion" "API Version". */
function smart(field: string): string {
  if (!/^[a-zA-Z-]*$/.test(field)) return field;
  const words = field
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(' ');
  return words.map((w) => (ACRONYMS.includes(w.toUpperCase()) ? w.toUpperCase() : w.charAt(0).toUpperCase() + w.slice(1))).join(' ');
}

const ACRONYMS = ['API', 'URL', 'UID', 'OSB', 'GUID'];
