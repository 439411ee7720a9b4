/** kubectl's JSONPath: text with {paths} in it, ranges, filters, unions, slices and recursive descent.
 *  Upstream: staging/src/k8s.io/client-go/util/jsonpath/jsonpath.go */
import { CommandError } from '../errors.ts';
import { type Obj, goJson } from '../obj.ts';
import { type JsonNode, type PathStep, parseJsonPath } from './json-path-parse.ts';

export interface CompiledPath {
  readonly text: string;
  /** All values at the template's paths, in order. */
  find(object: unknown): readonly unknown[];
  print(object: Obj): string;
  asJson(object: Obj): string;
}

export function compileJsonPath(template: string, allowMissing: boolean): CompiledPath {
  const nodes = parseJsonPath(template);
  const evaluate = (object: unknown): unknown[][] => {
    const out: unknown[][] = [];
    run(nodes, [object], object, allowMissing, out);
    return out;
  };
  const guarded = (object: unknown): unknown[][] => {
    try {
      return evaluate(object);
    } catch (error) {
      if (error instanceof PathProblem) throw new CommandError(explained(template, error.message, object));
      throw error;
    }
  };
  return {
    text: template,
    find: (object) =>
      evaluate(object)
        .flat()
        .filter((v) => !(v instanceof Literal)),
    print: (object) =>
      guarded(object)
        .map((values) => values.map(valueText).join(' '))
        .join(''),
    asJson: (object) =>
      `${JSON.stringify(
        JSON.parse(
          goJson(
            guarded(object)
              .flat()
              .filter((v) => !(v instanceof Literal)),
          ),
        ),
        undefined,
        4,
      )}\n`,
  };
}

/** ".a", "a", "{.a}" and "{a}" all mean {.a}. */
export function relaxedPath(expression: string): string {
  if (expression === '') return '{}';
  const match = /^\{?\.?([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}?$/.exec(expression);
  if (match === null) {
    throw new CommandError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  }
  const inner = match[1]!;
  return inner.startsWith('[') ? `{${inner}}` : `{.${inner}}`;
}

class Literal {
  constructor(readonly text: string) {}
}
class PathProblem extends Error {}

function run(nodes: readonly JsonNode[], current: readonly unknown[], root: unknown, missing: boolean, out: unknown[][]): void {
  for (const node of nodes) {
    if (node.type === 'text') {
      out.push([new Literal(node.text)]);
    } else if (node.type === 'path') {
      out.push(follow(node.steps, node.fromRoot ? [root] : current, root, missing));
    } else {
      for (const item of follow(node.steps, node.fromRoot ? [root] : current, root, missing)) {
        run(node.body, [item], node.rootIsItem ? item : root, missing, out);
      }
    }
  }
}

function follow(steps: readonly PathStep[], start: readonly unknown[], root: unknown, missing: boolean): unknown[] {
  let values = [...start];
  for (const step of steps) values = values.flatMap((value) => take(step, value, root, missing));
  return values;
}

function take(step: PathStep, value: unknown, root: unknown, missing: boolean): unknown[] {
  switch (step.type) {
    case 'field':
      return field(step.name, value, missing);
    case 'wildcard':
      return children(value);
    case 'literal':
      return [new Literal(step.text)];
    case 'union':
      return step.branches.flatMap((branch) => follow(branch, [value], root, missing));
    case 'slice':
      return slice(step, value);
    case 'recursive':
      return [value, ...descendants(value)];
    default:
      return children(value, true).filter((item) => holds(step, item, root));
  }
}

function field(name: string, value: unknown, missing: boolean): unknown[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'object' && !Array.isArray(value)) {
    const found = (value as Readonly<Record<string, unknown>>)[name];
    if (found !== undefined) return [found];
  }
  if (missing) return [];
  throw new PathProblem(`${name} is not found`);
}

function children(value: unknown, arraysOnly = false): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [];
  if (arraysOnly) return [];
  return Object.keys(value)
    .sort()
    .map((key) => (value as Readonly<Record<string, unknown>>)[key]);
}

function descendants(value: unknown): unknown[] {
  return children(value).flatMap((child) => (typeof child === 'object' && child !== null ? [child, ...descendants(child)] : []));
}

function slice(step: Extract<PathStep, { type: 'slice' }>, value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new PathProblem(`${goSyntax(value)} is not array or slice`);
  const length = value.length;
  if (step.single) {
    const index = step.from! < 0 ? step.from! + length : step.from!;
    if (index < 0 || index >= length) throw new PathProblem(`array index out of bounds: index ${index}, length ${length}`);
    return [value[index]];
  }
  const from = step.from === undefined ? 0 : step.from < 0 ? Math.max(0, step.from + length) : step.from;
  const to = step.to === undefined ? length : step.to < 0 ? step.to + length : Math.min(step.to, length);
  const found: unknown[] = [];
  for (let i = from; i < to; i += step.step ?? 1) found.push(value[i]);
  return found;
}

function holds(step: Extract<PathStep, { type: 'filter' }>, item: unknown, root: unknown): boolean {
  const [left] = follow(step.left, [item], root, true);
  const leftValue = left instanceof Literal ? literalValue(left.text) : left;
  if (step.operator === 'exists') return left !== undefined;
  const [right] = follow(step.right, [item], root, true);
  const rightValue = right instanceof Literal ? literalValue(right.text) : right;
  if (leftValue === undefined || rightValue === undefined)
    return step.operator === '!=' && leftValue !== rightValue && leftValue !== undefined;
  const numbers = typeof leftValue === 'number' && typeof rightValue === 'number';
  const [a, b] = numbers ? [leftValue, rightValue] : [String(leftValue), String(rightValue)];
  switch (step.operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function literalValue(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

function valueText(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? goJson(value) : String(value);
}

function explained(template: string, problem: string, object: unknown): string {
  return (
    `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${problem}. Printing more information for debugging the template:\n` +
    `\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`
  );
}

/** Go's %#v of a value of JSON. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort();
    return `map[string]interface {}{${keys.map((k) => `${JSON.stringify(k)}:${goSyntax((value as Readonly<Record<string, unknown>>)[k])}`).join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
