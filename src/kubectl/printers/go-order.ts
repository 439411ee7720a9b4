/** The fields of an object in the order of Go's struct, as a command prints JSON that has read the object into Go's types.
 *  The tables of the protobuf encoding list the fields in that order.
 *  Upstream: staging/src/k8s.io/api/{core,apps,...}/v1/types.go */
import { CORE_MESSAGES } from '../../api/protobuf/core-messages.ts';
import { EXTENSION_MESSAGES } from '../../api/protobuf/extension-messages.ts';
import { GROUP_MESSAGES } from '../../api/protobuf/group-messages.ts';
import { type Obj, str } from '../obj.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const GROUPS: Readonly<Record<string, string>> = { v1: 'core', 'autoscaling/v2': 'autoscalingv2' };

/** A copy whose keys stand as in Go; a kind that the tables do not have keeps the order that it has. */
export function inGoOrder(object: Obj): Obj {
  const { kind, apiVersion, metadata, ...rest } = object;
  const head = { ...(kind !== undefined && { kind }), ...(apiVersion !== undefined && { apiVersion }) };
  const items = object['items'];
  if (str(object, 'kind').endsWith('List') && Array.isArray(items)) {
    return { ...head, ...(metadata !== undefined && { metadata }), items: items.map((item) => itemInGoOrder(object, item as Obj)) } as Obj;
  }
  const body = { ...(metadata !== undefined && { metadata: ordered(metadata, 'meta.ObjectMeta') }), ...rest };
  return { ...head, ...(ordered(body, messageOf(str(object, 'apiVersion'), str(object, 'kind'))) as Fields) } as Obj;
}

/** An item that does not say what it is is what its list says. */
function itemInGoOrder(all: Obj, item: Obj): Obj {
  if (item.kind !== undefined) return inGoOrder(item);
  const {
    kind: _,
    apiVersion: __,
    ...rest
  } = inGoOrder({ ...item, apiVersion: str(all, 'apiVersion'), kind: str(all, 'kind').replace(/List$/, '') } as Obj);
  return rest as Obj;
}

const messageOf = (apiVersion: string, kind: string): string => `${GROUPS[apiVersion] ?? /^[a-z]+/.exec(apiVersion)?.[0] ?? ''}.${kind}`;

function ordered(value: unknown, message: string): unknown {
  if (!isFields(value)) return value;
  const fields = fieldsOf(message);
  const known: Record<string, unknown> = {};
  for (const { name, type, form } of fields) if (name in value) known[name] = fieldValue(value[name], type, form);
  return { ...known, ...Object.fromEntries(Object.entries(value).filter(([key]) => !(key in known))) };
}

function fieldValue(value: unknown, type: string, form: string): unknown {
  if (form.endsWith('[]') && Array.isArray(value)) return value.map((item) => ordered(item, type));
  if (form.endsWith('{}') && isFields(value)) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, ordered(value[key], type)]),
    );
  }
  return ordered(value, type);
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly form: string;
}

/** "core.PodSpec": its fields; those of an embedded message ("^") stand among them. */
function fieldsOf(message: string): readonly Field[] {
  const group = message.slice(0, message.indexOf('.'));
  return lineOf(message)
    .split(', ')
    .filter((field) => field !== '')
    .flatMap((field) => {
      const [name = '', , form = ''] = field.split(' ');
      const bare = form.replace(/[?!]|\[\]|\{\}/g, '');
      const type = bare.includes('.') ? bare : `${group}.${bare}`;
      return name === '^' ? fieldsOf(type) : [{ name, type, form }];
    });
}

function lineOf(message: string): string {
  for (const table of [CORE_MESSAGES, GROUP_MESSAGES, EXTENSION_MESSAGES]) {
    const start = table.indexOf(`\n${message}: `);
    if (start < 0) continue;
    const text = table.slice(start + message.length + 3);
    const end = text.search(/\n(?! {2})/);
    return (end < 0 ? text : text.slice(0, end)).replaceAll('\n  ', ' ');
  }
  return '';
}
