/** cluster.yaml: plain manifests and one `kind: Sandbox` document with what is not an object of the API. */
import { addonsAmong } from '../api/addon-names.ts';
import { parseYamlDocuments } from '../api/yaml.ts';
import type { Profile } from '../sandbox/sandbox.ts';

export function startState(text: string): Partial<Profile> {
  const documents = parseYamlDocuments(text).map((document) => document.value as Record<string, unknown>);
  const sandbox = documents.find((one) => one['kind'] === 'Sandbox') ?? {};
  const manifests = documents.filter((one) => one['kind'] !== 'Sandbox');
  return {
    manifests,
    ...(typeof sandbox['nodes'] === 'number' ? { nodes: sandbox['nodes'] } : {}),
    ...(typeof sandbox['seed'] === 'string' ? { seed: sandbox['seed'] } : {}),
    ...(Array.isArray(sandbox['addons']) ? { addons: addonsAmong(sandbox['addons']) } : {}),
    ...(sandbox['encryptSecrets'] === true ? { encryptSecrets: true } : {}),
    ...(typeof sandbox['version'] === 'string' ? { version: sandbox['version'] } : {}),
  };
}
