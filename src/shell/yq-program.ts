/** yq as guides use it: jq's language over YAML, with the result as YAML again, in the order in which it was read.
 *  Differs from Kubernetes: of yq's own additions to that language only env, strenv and names with a dash are there; comments
 *  and styles of the text are not kept.
 *  Upstream: github.com/mikefarah/yq */
import { parseYamlDocuments, stringifyYaml, YamlError } from '../api/yaml.ts';
import { fromUtf8 } from '../base/bytes.ts';
import { FileError } from '../cri/files.ts';
import { readText } from '../cri/memory-files.ts';
import { absolute } from '../cri/open.ts';
import { readAll } from '../cri/streams.ts';
import type { Process, Program } from '../cri/process.ts';
import { createEnv, run } from '../sh/jq/evaluate.ts';
import { JqSyntaxError, parseJq } from '../sh/jq/parse.ts';
import { JqError, pretty } from '../sh/jq/values.ts';
import type { Json } from '../sh/jq/values.ts';
import { parseOptions } from '../sh/tool.ts';
import type { Options } from '../sh/tool.ts';

const SHORT = 'o:p:PiernNCMI:jsVh';
const LONG = [
  'output-format=:o',
  'input-format=:p',
  'prettyPrint:P',
  'inplace:i',
  'exit-status:e',
  'unwrapScalar:r',
  'null-input:n',
  'no-doc:N',
  'colors:C',
  'no-colors:M',
  'indent=:I',
  'tojson:j',
  'version:V',
  'help:h',
] as const;
const STEPS_MAX = 5_000_000;
const LAYOUT = { keepOrder: true, indentLists: true, isWide: true } as const;
const USAGE = `Usage:
  yq [flags] EXPRESSION [FILE...]
  yq eval EXPRESSION [FILE...]
  yq eval-all EXPRESSION [FILE...]

Flags:
  -i, --inplace                update the file
  -n, --null-input             no input: make a document
  -o, --output-format string   yaml or json
  -r, --unwrapScalar           texts without quotes (default)
  -e, --exit-status            fail where nothing, null or false comes out
`;

class Failure extends Error {}

/** What yq knows and jq says otherwise: a name with a dash, and the environment. */
export function asJq(expression: string): string {
  const parts = expression.split(/("(?:[^"\\]|\\.)*")/);
  return parts
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replace(/\.([A-Za-z_][\w]*(?:-[\w]+)+)/g, '."$1"')
            .replace(/\bstrenv\(\s*(\w+)\s*\)/g, '$$ENV.$1')
            .replace(/\benv\(\s*(\w+)\s*\)/g, '($$ENV.$1 | (fromjson? // .))'),
    )
    .join('');
}

/** A first word that is a file is no expression. */
function split(process: Process, words: readonly string[]): { readonly expression: string; readonly files: readonly string[] } {
  const [first, ...rest] = words[0] === 'eval' || words[0] === 'e' || words[0] === 'eval-all' || words[0] === 'ea' ? words.slice(1) : words;
  if (first === undefined) return { expression: '.', files: [] };
  const isFile = rest.length === 0 && process.files.exists(absolute(process, first)) && first !== '.';
  return isFile ? { expression: '.', files: [first] } : { expression: first, files: rest };
}

function documentsOf(text: string, name: string): readonly Json[] {
  try {
    const documents = parseYamlDocuments(text, true, '1.2').map(({ value }) => value as Json);
    return documents.length > 0 || text.trim() === '' ? documents : [null];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new Failure(`bad file '${name}': ${error.message}`);
  }
}

const shown = (value: Json, options: Options): string => {
  const indent = Number(options.get('I') ?? '2');
  if ((options.get('o') ?? '').startsWith('j') || options.has('j'))
    return `${pretty(value, { indent: ' '.repeat(indent), sortKeys: false, color: false, ascii: false })}\n`;
  if (typeof value === 'string' && options.get('r') !== 'false') return `${value}\n`;
  return stringifyYaml(value, LAYOUT);
};

function evaluate(process: Process, expression: string, inputs: readonly Json[]): readonly Json[] {
  let steps = 0;
  const host = {
    nextInput: () => undefined,
    now: () => process.clock.now(),
    env: Object.fromEntries(process.env),
    debug: () => undefined,
    charge: () => {
      steps += 1;
      if (steps > STEPS_MAX) throw new Failure('too many steps');
    },
  };
  try {
    const ast = parseJq(asJq(expression));
    const env = createEnv(host, {});
    return inputs.flatMap((input) => [...run(ast, input, env)]);
  } catch (error) {
    if (error instanceof JqSyntaxError) throw new Failure(`1:1: invalid input text ${JSON.stringify(expression)}: ${error.message}`);
    if (error instanceof JqError) throw new Failure(error.message);
    throw error;
  }
}

async function answer(process: Process, options: Options): Promise<number> {
  const { expression, files } = split(process, options.rest);
  const texts = new Map<string, string>();
  for (const file of files)
    texts.set(file, file === '-' ? fromUtf8(await readAll(process.stdin)) : readText(process.files, absolute(process, file)));
  if (files.length === 0 && !options.has('n')) texts.set('-', fromUtf8(await readAll(process.stdin)));
  const write = (results: readonly Json[]): string => results.map((value) => shown(value, options)).join(options.has('N') ? '' : '---\n');
  if (options.has('i')) {
    for (const [file, text] of texts)
      process.files.writeFile(absolute(process, file), write(evaluate(process, expression, documentsOf(text, file))));
    return 0;
  }
  const inputs = options.has('n') ? [null] : [...texts].flatMap(([file, text]) => documentsOf(text, file));
  const results = evaluate(process, expression, inputs);
  // Several results of one document follow each other; only documents are set apart.
  await process.stdout.write(inputs.length > 1 ? write(results) : results.map((value) => shown(value, options)).join(''));
  const isNothing = results.every((value) => value === null || value === false);
  return options.has('e') && isNothing ? 1 : 0;
}

export function yqProgram(): Program {
  return async (process) => {
    const parsed = parseOptions(process.argv, { short: SHORT, long: LONG });
    if ('error' in parsed) {
      await process.stderr.write(`Error: ${parsed.error}\n`);
      return 1;
    }
    const { options } = parsed;
    if (options.has('V', 'h')) {
      await process.stdout.write(options.has('V') ? 'yq (https://github.com/mikefarah/yq/) version v4.47.2\n' : USAGE);
      return 0;
    }
    try {
      return await answer(process, options);
    } catch (error) {
      const words =
        error instanceof Failure
          ? error.message
          : error instanceof FileError
            ? `open ${error.path}: ${error.message.toLowerCase()}`
            : undefined;
      if (words === undefined) throw error;
      await process.stderr.write(`Error: ${words}\n`);
      return 1;
    }
  };
}
