// Writes src/api/protobuf/{core,group}-messages.ts: the field numbers of Kubernetes' protobuf encoding, one line a message.
//   node scripts/protobuf-tables.mjs /path/to/kubectl-1.33
// The numbers stand in the struct tags of Kubernetes' Go types, and a Go program carries the tags of its types with it: so they
// are read from a kubectl binary of the version that we report. Only needed when that version changes.
// Layout of types in a Go binary: src/internal/abi/type.go of Go 1.24.
import { readFileSync, writeFileSync } from 'node:fs';

const [binary] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node scripts/protobuf-tables.mjs KUBECTL');
  process.exit(2);
}
const bytes = readFileSync(binary);
const pointer = (offset) => Number(bytes.readBigUInt64LE(offset));

const GROUPS = new Map([
  ['k8s.io/api/core/v1', 'core'],
  ['k8s.io/apimachinery/pkg/apis/meta/v1', 'meta'],
]);
for (const group of [
  'admissionregistration',
  'apps',
  'authentication',
  'authorization',
  'autoscaling',
  'batch',
  'certificates',
  'coordination',
  'discovery',
  'events',
  'flowcontrol',
  'networking',
  'node',
  'policy',
  'rbac',
  'scheduling',
  'storage',
])
  GROUPS.set(`k8s.io/api/${group}/v1`, group);
GROUPS.set('k8s.io/api/autoscaling/v2', 'autoscalingv2');
/** Types with a JSON form of their own: the decoder knows them by these names. */
const OWN_FORM = new Map([
  ['v1.Time', 'Time'],
  ['v1.MicroTime', 'MicroTime'],
  ['resource.Quantity', 'Quantity'],
  ['intstr.IntOrString', 'IntOrString'],
  ['runtime.RawExtension', 'Raw'],
  ['v1.FieldsV1', 'Raw'],
  ['v1.Verbs', 'Strings'],
  ['v1.ExtraValue', 'Strings'],
]);
/** What no client sends to the server. */
const UNSENT =
  /List$|^meta\.(API|Apply|Get|ListO|Patch|Create|Update|Table|Group|Root|Watch|PartialObject|TypeMeta|Timestamp|ServerAddress)|RangeAllocation/;
const [BOOL, FLOAT32, FLOAT64, MAP, POINTER, SLICE, STRING, STRUCT] = [1, 13, 14, 21, 22, 23, 24, 25];

function sections() {
  const [table, size, count, names] = [pointer(0x28), bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c), bytes.readUInt16LE(0x3e)];
  const all = Array.from({ length: count }, (_, index) => table + index * size).map((at) => ({
    nameAt: bytes.readUInt32LE(at),
    address: pointer(at + 16),
    offset: pointer(at + 24),
    size: pointer(at + 32),
  }));
  for (const section of all) {
    const start = all[names].offset + section.nameAt;
    section.name = bytes.toString('latin1', start, bytes.indexOf(0, start));
  }
  return all;
}

const SECTIONS = sections();
const typesAt = SECTIONS.find(({ name }) => name === '.rodata').address;
const fileOffset = (address) => {
  const home = SECTIONS.find((section) => section.address > 0 && address >= section.address && address < section.address + section.size);
  return home.offset + address - home.address;
};

/** A name with its struct tag: a byte of flags, then each text after its length. */
function readName(address) {
  let at = fileOffset(address);
  const flags = bytes[at++];
  const text = () => {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const part = bytes[at++];
      length |= (part & 127) << shift;
      if (part < 128) break;
    }
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  return { text: text(), tag: flags & 2 ? text() : '' };
}

const seen = new Map();
function readType(address) {
  const known = seen.get(address);
  if (known) return known;
  const at = fileOffset(address);
  const [flags, kind] = [bytes[at + 20], bytes[at + 23] & 31];
  const type = { kind, name: readName(typesAt + bytes.readInt32LE(at + 40)).text.slice(flags & 2 ? 1 : 0), fields: [] };
  seen.set(address, type);
  if (kind === POINTER || kind === SLICE) type.element = readType(pointer(at + 48));
  if (kind === MAP) type.element = readType(pointer(at + 56));
  if (kind !== STRUCT) return type;
  if (flags & 1) type.folder = readName(typesAt + bytes.readInt32LE(at + 80)).text;
  for (let index = 0; index < pointer(at + 64); index++) {
    const field = fileOffset(pointer(at + 56) + index * 24);
    type.fields.push({ tag: readName(pointer(field)).tag, type: readType(pointer(field + 8)) });
  }
  return type;
}

function wireType(type, group) {
  const own = OWN_FORM.get(type.name);
  if (own) return own;
  if (type.kind === BOOL) return 'bool';
  if (type.kind < FLOAT32) return 'int';
  if (type.kind === FLOAT32 || type.kind === FLOAT64) return 'double';
  if (type.kind === STRING) return 'string';
  if (type.kind === POINTER) return `${wireType(type.element, group)}?`;
  if (type.kind === SLICE) return type.element.kind === 8 ? 'bytes' : `${wireType(type.element, group)}[]`;
  if (type.kind === MAP) return `${wireType(type.element, group)}{}`;
  const [home, name] = [GROUPS.get(type.folder), type.name.split('.').at(-1)];
  return home === group ? name : `${home}.${name}`;
}

/** "spec 2 DeploymentSpec"; ^ for a field that JSON inlines. undefined: not part of the encoding. */
function fieldLine({ tag, type }, group) {
  const number = /protobuf:"[^",]*,(\d+)/.exec(tag)?.[1];
  const name = /json:"([^",]*)/.exec(tag)?.[1] ?? '';
  return number && name !== '-' ? `${name || '^'} ${number} ${wireType(type, group)}` : undefined;
}

const links = SECTIONS.find(({ name }) => name === '.typelink');
for (let at = 0; at < links.size; at += 4) readType(typesAt + bytes.readInt32LE(links.offset + at));
const messages = new Map();
for (const type of seen.values()) {
  const [group, name] = [GROUPS.get(type.folder), type.name.split('.').at(-1)];
  if (type.kind !== STRUCT || !group || OWN_FORM.has(type.name) || UNSENT.test(`${group}.${name}`)) continue;
  const fields = type.fields.map((field) => fieldLine(field, group)).filter(Boolean);
  if (type.fields.some(({ tag }) => tag.includes('protobuf:'))) messages.set(`${group}.${name}`, fields);
}

/** Long lines go on below, indented. */
function wrapped(name, fields) {
  const lines = [`${name}:`];
  fields.forEach((field, index) => {
    const piece = ` ${field}${index < fields.length - 1 ? ',' : ''}`;
    if (lines.at(-1).length + piece.length > 138) lines.push(' ');
    lines[lines.length - 1] += piece;
  });
  return lines.join('\n');
}

for (const isCore of [true, false]) {
  const names = [...messages.keys()].filter((name) => name.startsWith('core.') === isCore).sort();
  const constant = isCore ? 'CORE_MESSAGES' : 'GROUP_MESSAGES';
  writeFileSync(
    new URL(`../src/api/protobuf/${isCore ? 'core' : 'group'}-messages.ts`, import.meta.url),
    `/** Field numbers of Kubernetes 1.33's protobuf encoding, written by scripts/protobuf-tables.mjs; wire/protobuf/messages.ts reads the lines. */
export const ${constant} = \`
${names.map((name) => wrapped(name, messages.get(name))).join('\n')}
\`;
`,
  );
}
console.log(`${messages.size} messages`);
