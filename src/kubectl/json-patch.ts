/** RFC 6902 on our side: for kustomizations and --local.
 *  Upstream: github.com/evanphx/json-patch */
import { CommandError } from './errors.ts';
import { at, same } from './obj.ts';

export interface JsonPatchOp {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
  readonly from?: string;
}

export function applyJsonPatch(document: unknown, operations: readonly JsonPatchOp[]): unknown {
  return operations.reduce(applyOne, document);
}

const stepsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'));

function applyOne(document: unknown, operation: JsonPatchOp): unknown {
  const steps = stepsOf(operation.path);
  switch (operation.op) {
    case 'add':
      return change(document, steps, () => operation.value, true);
    case 'replace':
      return change(document, steps, () => operation.value, false, operation);
    case 'remove':
      return change(document, steps, () => undefined, false, operation);
    case 'copy':
      return change(document, steps, () => read(document, stepsOf(operation.from ?? '')), true);
    case 'move':
      return change(
        change(document, stepsOf(operation.from ?? ''), () => undefined, false, operation),
        steps,
        () => read(document, stepsOf(operation.from ?? '')),
        true,
      );
    case 'test':
      if (!same(read(document, steps), operation.value)) throw new CommandError(`testing value ${operation.path} failed: test failed`);
      return document;
    default:
      throw new CommandError(`Unexpected kind: ${operation.op}`);
  }
}

const read = (document: unknown, steps: readonly string[]): unknown => at(document, ...steps);

function change(here: unknown, steps: readonly string[], make: () => unknown, add: boolean, operation?: JsonPatchOp): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return make();
  if (Array.isArray(here)) {
    const index = step === '-' ? here.length : Number(step);
    if (rest.length > 0) return here.map((item, i) => (i === index ? change(item, rest, make, add, operation) : item));
    const value = make();
    if (add) return [...here.slice(0, index), value, ...here.slice(index)];
    return value === undefined ? here.filter((_, i) => i !== index) : here.map((item, i) => (i === index ? value : item));
  }
  if (typeof here !== 'object' || here === null)
    throw new CommandError(
      `${operation?.op ?? 'add'} operation does not apply: doc is missing path: "${operation?.path ?? step}": missing value`,
    );
  const copy = { ...here } as Record<string, unknown>;
  if (rest.length === 0 && !add && !Object.hasOwn(copy, step)) {
    throw new CommandError(
      `${operation?.op ?? ''} operation does not apply: doc is missing key: ${operation?.path ?? step}: missing value`,
    );
  }
  const value = rest.length === 0 ? make() : change(copy[step], rest, make, add, operation);
  if (value === undefined) delete copy[step];
  else copy[step] = value;
  return copy;
}
