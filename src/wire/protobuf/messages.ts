/** The messages of Kubernetes' protobuf encoding, read from the tables once they are needed: which field has which number and form. */
import { CORE_MESSAGES } from '../../api/protobuf/core-messages.ts';
import { EXTENSION_MESSAGES } from '../../api/protobuf/extension-messages.ts';
import { GROUP_MESSAGES } from '../../api/protobuf/group-messages.ts';

export interface ProtobufField {
  /** The name in JSON; "^": JSON has the fields of this message in its parent. */
  readonly name: string;
  /** A scalar, one of the forms of decode.ts, or a message's full name. */
  readonly type: string;
  readonly isList: boolean;
  readonly isMap: boolean;
  /** A zero is a value here and not an absence: a pointer in Kubernetes' Go types ("?"), or a field without omitempty that counts ("!"). */
  readonly keepsZero: boolean;
}

export type ProtobufMessage = ReadonlyMap<number, ProtobufField>;

const FORMS: ReadonlySet<string> = new Set(['string', 'int', 'bool', 'bytes', 'double', 'Time', 'MicroTime', 'Quantity', 'IntOrString', 'Raw', 'Strings']);
/** Kinds that every group has: they stand in meta.k8s.io. */
const EVERYWHERE: ReadonlySet<string> = new Set(['DeleteOptions', 'Status']);
/** The same types serve two groups. */
const GROUP_OF: Readonly<Record<string, string>> = { v1: 'core', 'autoscaling/v2': 'autoscalingv2' };

let lines: ReadonlyMap<string, string> | undefined;
const read = new Map<string, ProtobufMessage>();

function allLines(): ReadonlyMap<string, string> {
  lines ??= new Map([CORE_MESSAGES, GROUP_MESSAGES, EXTENSION_MESSAGES].join('').replaceAll('\n  ', ' ').split('\n').filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  return lines;
}

/** The message of this full name ("apps.DeploymentSpec"); undefined: there is none. */
export function messageNamed(name: string): ProtobufMessage | undefined {
  const known = read.get(name);
  const text = known ? undefined : allLines().get(name);
  if (text === undefined) return known;
  const message = new Map(text.split(', ').filter(Boolean).map((field) => fieldOf(field, name.slice(0, name.indexOf('.')))));
  read.set(name, message);
  return message;
}

function fieldOf(text: string, group: string): readonly [number, ProtobufField] {
  const [name = '', number = '', form = ''] = text.split(' ');
  const bare = form.replace(/[?!]|\[\]|\{\}/g, '');
  const type = FORMS.has(bare) || bare.includes('.') ? bare : `${group}.${bare}`;
  return [Number(number), { name, type, isList: form.endsWith('[]'), isMap: form.endsWith('{}'), keepsZero: /[?!]$/.test(form) }];
}

/** The full name of a kind's message: ("apps/v1", "Deployment") is "apps.Deployment"; undefined: the kind has no protobuf form here. */
export function messageOf(apiVersion: string, kind: string): string | undefined {
  const group = EVERYWHERE.has(kind) ? 'meta' : GROUP_OF[apiVersion] ?? /^([a-z]+)(\.[a-z0-9.]+)?\/v1$/.exec(apiVersion)?.[1];
  const name = `${group}.${kind}`;
  return group !== undefined && messageNamed(name) ? name : undefined;
}
