/** YAML as kubectl reads and writes it, with its words for what is wrong. */
import { YamlError, parseYamlDocuments, stringifyYaml } from '../api/yaml.ts';
import { CommandError } from './errors.ts';

/** The documents of a text of YAML or JSON; a mistake is told with its line. */
export function parseYaml(text: string, source: string): unknown[] {
  try {
    return parseYamlDocuments(text, true).map((document) => document.value);
  } catch (error) {
    if (error instanceof YamlError) throw new CommandError(`error parsing ${source}: error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}

export const toYaml = (value: unknown): string => stringifyYaml(value);
