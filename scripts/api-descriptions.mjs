// The texts of fields as Kubernetes publishes them, with their paragraphs, read out of kubernetes-types (Apache-2.0, see
// NOTICE). The models of client-node, which are of the release that we serve, lose the text of every field whose type is
// another definition, and the line breaks of all; this gives both back.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INTERFACE = /(?:\/\*\*([\s\S]*?)\*\/\n)?export interface (\w+) \{\n([\s\S]*?)\n\}/g;
const FIELD = /^ {4}\/\*\*([\s\S]*?)\*\/\n {4}(?:readonly )?"?([\w$-]+)"?\??:/gm;

/** Lines of a JSDoc comment without its asterisks; paragraphs stay apart. */
const textOf = (comment) => comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '')).join('\n').replaceAll('*\\/', '*/').trim();
const flat = (text) => text.replace(/\s+/g, ' ').trim();

/** What client-node says of a field of this type, whatever the field is for. */
const OF_THE_TYPE = /^IntOrString is a type that can hold/;

/** Texts of fields that are younger than kubernetes-types; ours. */
const YOUNGER = {
  APIService: { metadata: 'The name of an APIService is VERSION.GROUP.', spec: 'Where the API of this group and version is served.', status: 'Whether it can be reached.' },
  APIServiceList: { metadata: 'Metadata of the list.' },
  APIServiceSpec: { service: 'The Service that serves this API. Without one the API server itself does.' },
  ContainerStatus: { user: 'The user and groups that the first process of the container was started with.' },
  ContainerUser: { linux: 'User and groups of a Linux container.' },
  NodeStatus: { features: 'Features of the container runtime that do not depend on a runtime handler.' },
  NodeSystemInfo: { swap: 'Swap memory of the node.' },
  PodSpec: { resources: 'Requests and limits of CPU and memory for all containers of the pod together.' },
  ResourceAttributes: { fieldSelector: 'The field selector that the request is limited to.', labelSelector: 'The label selector that the request is limited to.' },
  ValidatingAdmissionPolicy: { status: 'What type checking of the expressions found.' },
  Volume: { image: 'An OCI image or artifact whose files are mounted read-only.' },
};

/** { "Pod": [{ text, fields: { spec: "..." } }, ...] }: a name may be in several groups. */
function readPublished(folder) {
  const found = {};
  for (const group of readdirSync(folder, { withFileTypes: true })) {
    if (!group.isDirectory()) continue;
    for (const file of readdirSync(join(folder, group.name))) {
      if (!/^(v\d+\w*|resource)\.d\.ts$/.test(file)) continue;
      const source = readFileSync(join(folder, group.name, file), 'utf8');
      for (const [, comment = '', name, body] of source.matchAll(INTERFACE)) {
        const fields = Object.fromEntries([...body.matchAll(FIELD)].map(([, text, field]) => [field, textOf(text)]));
        (found[name] ??= []).push({ text: textOf(comment), fields });
      }
    }
  }
  return found;
}

const better = (ours = '', theirs = '') => (ours === '' || OF_THE_TYPE.test(ours) || flat(ours) === flat(theirs) ? theirs || ours : ours);

/** Tells the better texts of one definition, given those of client-node: `[text, { field: text }]` in and out. */
export function betterTexts(root) {
  const published = readPublished(join(root, 'node_modules/kubernetes-types'));
  return (name, fieldNames, [text, texts]) => {
    // client-node writes CoreV1Event and EventsV1Event where two groups have a name in common.
    const agreement = ({ fields }) => fieldNames.filter((field) => flat(fields[field] ?? '') === flat(texts[field] ?? '\0')).length;
    const [best] = (published[name.replace(/^[A-Z][a-z]+V\d(?=[A-Z])|^V\d(?=[A-Z])/, '')] ?? []).toSorted((a, b) => agreement(b) - agreement(a));
    const entries = fieldNames.map((field) => [field, better(texts[field], best?.fields[field]) || YOUNGER[name]?.[field]]).filter(([, found]) => found);
    return [better(text, best?.text), Object.fromEntries(entries)];
  };
}
