/** What -o asks for, for every command that prints objects: json, yaml, name, jsonpath, go-template, custom-columns.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/genericclioptions/print_flags.go */
import type { Kubectl } from '../command.ts';
import { CommandError } from '../errors.ts';
import { readText } from '../manifests.ts';
import { type Obj, goJson, goText, list, put, str } from '../obj.ts';
import { resolvePath } from '../paths.ts';
import { toYaml } from '../yaml.ts';
import { customColumns } from './custom-columns.ts';
import { compileGoTemplate } from './go-template.ts';
import { inGoOrder } from './go-order.ts';
import { compileJsonPath } from './json-path.ts';

/** Prints one object, or a List of them, in a format that is no table. */
export type ObjectPrinter = (object: Obj) => string;

export interface OutputFormat {
  /** The word before `=`: "yaml", "jsonpath", "". */
  readonly name: string;
  readonly argument: string;
}

/** -o as given; --template alone means go-template. */
export function outputFormat(k: Kubectl): OutputFormat {
  const given = k.flags.str('output');
  const template = k.flags.str('template');
  // A default of -o gives way to a template.
  if (template !== '' && (given === '' || !k.flags.changed('output'))) return { name: 'go-template', argument: template };
  const equals = given.indexOf('=');
  const name = equals < 0 ? given : given.slice(0, equals);
  const argument = equals < 0 ? template : given.slice(equals + 1);
  if (equals < 0 && given.startsWith('{')) return { name: given, argument: '' };
  return { name, argument };
}

const ALLOWED =
  'custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml';
const ALLOWED_PLAIN = 'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml';

export function objectPrinter(k: Kubectl, format: OutputFormat, typed = false): ObjectPrinter {
  const shown = (object: Obj): Obj => (k.flags.bool('show-managed-fields') ? object : withoutManagedFields(object));
  const missing = k.flags.bool('allow-missing-template-keys');
  const fileText = (): string => readText(k.io, resolvePath(k.io.cwd, format.argument), format.argument);
  switch (format.name) {
    case 'json':
      return (object) => `${typed ? goText(JSON.stringify(inGoOrder(shown(object)), undefined, 4)) : goJson(shown(object), 4)}\n`;
    case 'yaml':
      return yamlPrinter(shown);
    case 'name':
      return (object) =>
        itemsOf(object)
          .map((item) => `${nameOf(item)}\n`)
          .join('');
    case 'jsonpath':
      return jsonPathPrinter(needed(format, 'template format specified but no template given'), missing);
    case 'jsonpath-file':
      return jsonPathPrinter(fileText().trimEnd(), missing);
    case 'jsonpath-as-json':
      return compileJsonPath(needed(format, 'template format specified but no template given'), missing).asJson;
    case 'go-template':
    case 'template':
      return compileGoTemplate(needed(format, 'template format specified but no template given'), missing);
    case 'go-template-file':
    case 'templatefile':
      return compileGoTemplate(fileText(), missing);
    case 'custom-columns':
      return customColumns(needed(format, 'custom-columns format specified but no custom columns given'), k.flags.bool('no-headers'));
    case 'custom-columns-file':
      return customColumns(columnsOfFile(fileText()), k.flags.bool('no-headers'));
    default: {
      const allowed = k.path === 'get' ? ALLOWED : ALLOWED_PLAIN;
      throw new CommandError(
        `unable to match a printer suitable for the output format ${JSON.stringify(format.name)}, allowed formats are: ${allowed}`,
      );
    }
  }
}

function needed(format: OutputFormat, complaint: string): string {
  if (format.argument === '') throw new CommandError(complaint);
  return format.argument;
}

/** Two objects after another are separated as documents. */
function yamlPrinter(shown: (object: Obj) => Obj): ObjectPrinter {
  let printed = 0;
  return (object) => {
    printed += 1;
    return `${printed > 1 ? '---\n' : ''}${toYaml(shown(object))}`;
  };
}

function jsonPathPrinter(template: string, missing: boolean): ObjectPrinter {
  return compileJsonPath(template, missing).print;
}

/** The first line names the columns, the second their paths. */
function columnsOfFile(text: string): string {
  const [headers = '', paths = ''] = text.split('\n');
  const names = headers.trim().split(/\s+/);
  const columns = paths.trim().split(/\s+/);
  return names.map((name, i) => `${name}:${columns[i] ?? ''}`).join(',');
}

export function withoutManagedFields(object: Obj): Obj {
  if (Array.isArray(object['items'])) return { ...object, items: list(object, 'items').map((i) => withoutManagedFields(i as Obj)) };
  return object.metadata?.managedFields === undefined ? object : put(object, ['metadata', 'managedFields'], undefined);
}

export const itemsOf = (object: Obj): readonly Obj[] =>
  Array.isArray(object['items']) && String(object.kind ?? '').endsWith('List') ? (list(object, 'items') as Obj[]) : [object];

/** "pod/web", "deployment.apps/web". */
export function nameOf(object: Obj): string {
  const apiVersion = str(object, 'apiVersion');
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const kind = str(object, 'kind').toLowerCase();
  return `${group === '' ? kind : `${kind}.${group}`}/${str(object, 'metadata', 'name') || '<unknown>'}`;
}

/** How a command says what it did to an object: "deployment.apps/web scaled", or the object in the format of -o. */
export function resultPrinter(k: Kubectl, dryRun: DryRun, typed = false): (object: Obj, operation: string) => Promise<void> {
  const format = outputFormat(k);
  const suffix = dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '';
  if (format.name === '') return (object, operation) => k.print(`${nameOf(object)} ${operation}${suffix}\n`);
  const print = objectPrinter(k, format, typed);
  return (object) => k.print(print(object));
}

export type DryRun = 'none' | 'client' | 'server';

export function dryRunOf(k: Kubectl): DryRun {
  const value = k.flags.str('dry-run');
  if (value === '' || value === 'none') return 'none';
  if (value === 'client' || value === 'server') return value;
  if (value === 'unchanged') return 'client';
  throw new CommandError(`Invalid dry-run value (${value}). Must be "none", "server", or "client".`);
}
