/** x-kubernetes-validations: rules in CEL that a schema carries at any depth.
 *  Differs from Kubernetes: what a rule may cost is not estimated when its definition is written; a rule that costs too much ends
 *  when it runs.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/{compilation,validation}.go */
import { equal } from '../../base/json.ts';
import type { Cel } from '../../api/cel.ts';
import type { CelType, Program, Value } from '../../api/cel/index.ts';
import type { FieldError, FieldErrorType } from '../../api/field-error.ts';
import { invalidPrinted, invalidValue, quote } from '../../api/field-error.ts';
import type { JSONSchemaProps, ValidationRule } from '../../api/generated/types.ts';
import { indexByKeys } from '../../api/schema/list-keys.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const inner = (value: unknown): JSONSchemaProps | undefined => (isObject(value) ? (value as JSONSchemaProps) : undefined);

const MESSAGE_BYTES_MAX = 5 * 1024;
const RULE_SHOWN_MAX = 100;

interface CompiledRule {
  readonly rule: ValidationRule;
  readonly program: Program | string;
  readonly message: Program | undefined;
}

interface Node {
  readonly schema: JSONSchemaProps;
  readonly type: CelType;
  readonly rules: readonly CompiledRule[];
  readonly properties: readonly (readonly [string, Node])[];
  readonly items: Node | undefined;
  readonly values: Node | undefined;
}

export interface RuleSet {
  /** `old` is absent on create. */
  validate(object: unknown, old: unknown): readonly FieldError[];
}

/** Whether the schema has a rule anywhere. */
export function hasRules(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasRules);
  if (!isObject(schema)) return false;
  return 'x-kubernetes-validations' in schema || Object.values(schema).some(hasRules);
}

export function compileRules(cel: Cel, schema: JSONSchemaProps): RuleSet {
  const root = nodeOf(cel, schema, 'selfType', true);
  return {
    validate(object, old) {
      const errors: FieldError[] = [];
      const run: Run = { cel, errors, budget: cel.COST_BUDGET };
      if (root !== undefined) check(run, root, object, old, '');
      return errors;
    },
  };
}

/** Only the way to rules is kept. */
function nodeOf(cel: Cel, schema: JSONSchemaProps, name: string, isRoot = false): Node | undefined {
  if (!hasRules(schema)) return undefined;
  const type = cel.celTypeOf(schema, name, isRoot);
  const properties = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const node = nodeOf(cel, property, `${name}.${key}`);
    return node === undefined ? [] : [[key, node] as const];
  });
  const below = (value: unknown, part: string): Node | undefined => {
    const found = inner(value);
    return found && nodeOf(cel, found, `${name}.${part}`);
  };
  return {
    schema,
    type,
    properties,
    items: below(schema.items, '@items'),
    values: below(schema.additionalProperties, '@values'),
    rules: (schema['x-kubernetes-validations'] ?? []).map((rule) => compiled(cel, rule, type)),
  };
}

function compiled(cel: Cel, rule: ValidationRule, type: CelType): CompiledRule {
  const variables = { self: type, oldSelf: rule.optionalOldSelf === true ? cel.optionalOf(type) : type };
  const message = rule.messageExpression ? cel.compileCel(rule.messageExpression, variables, [cel.STRING]) : undefined;
  return { rule, program: cel.compileCel(rule.rule, variables, [cel.BOOL]), message: typeof message === 'string' ? undefined : message };
}

interface Run {
  readonly cel: Cel;
  readonly errors: FieldError[];
  /** Below zero: nothing runs any more. */
  budget: number;
}

function check(run: Run, node: Node, value: unknown, old: unknown, path: string): void {
  if (value === null || value === undefined || run.budget < 0) return;
  checkRules(run, node, value, old, path);
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value) && node.items !== undefined) {
    const correlate = indexByKeys(node.schema, old);
    for (const [i, item] of (value as unknown[]).entries()) check(run, node.items, item, correlate(item), `${path}[${i}]`);
  } else if (isObject(value)) {
    const before = isObject(old) ? old : {};
    for (const [key, property] of node.properties) check(run, property, value[key], before[key], at(key));
    const { values } = node;
    if (values !== undefined) for (const key of Object.keys(value).sort()) check(run, values, value[key], before[key], `${path}[${key}]`);
  }
}

function checkRules(run: Run, node: Node, value: unknown, old: unknown, path: string): void {
  const { cel, errors } = run;
  if (node.rules.length === 0) return;
  const isUnchanged = old !== undefined && equal(old, value);
  const self = cel.celValueOf(value, node.type, node.schema);
  const before = old === undefined || old === null ? undefined : cel.celValueOf(old, node.type, node.schema);
  for (const { rule, program, message } of node.rules) {
    if (run.budget < 0) return;
    const type = node.schema.type ?? '';
    if (typeof program === 'string') {
      errors.push(invalidValue(path, type, `rule compile error: ${program}`));
      continue;
    }
    const isTransition = program.uses.has('oldSelf');
    if (isTransition && before === undefined && rule.optionalOldSelf !== true) continue;
    // What was wrong before and has not been touched may stay.
    if (!isTransition && isUnchanged) continue;
    const activation = { self, oldSelf: rule.optionalOldSelf === true ? new cel.Optional(before) : (before ?? null) };
    const answer = evaluated(run, program, activation);
    if (typeof answer === 'string') {
      errors.push(invalidValue(path, type, ranWrong(answer, rule)));
      if (run.budget < 0) return;
    } else if (answer.value !== true)
      errors.push(refusal(rule, path + fieldPathOf(rule, path), type, messageOf(run, rule, message, activation)));
  }
}

type Activation = Readonly<Record<string, Value>>;

/** A text: the error. */
function evaluated(run: Run, program: Program, activation: Activation): { readonly value: Value } | string {
  try {
    const { value, cost } = program.run(activation);
    run.budget -= cost;
    return run.budget < 0 ? 'validation failed due to running out of cost budget, no further validation rules will be run' : { value };
  } catch (error) {
    if (!(error instanceof run.cel.CelError)) throw error;
    if (error.message.startsWith('operation cancelled')) run.budget = -1;
    return error.message;
  }
}

function ranWrong(error: string, rule: ValidationRule): string {
  const shown = rule.message?.trim() || rule.rule.slice(0, RULE_SHOWN_MAX);
  if (error.startsWith('validation failed')) return error;
  if (error.startsWith('no such overload')) {
    return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`;
  }
  if (error.startsWith('operation cancelled')) {
    return `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`;
  }
  return `${error} evaluating rule: ${shown}`;
}

function messageOf(run: Run, rule: ValidationRule, message: Program | undefined, activation: Activation): string {
  if (message !== undefined) {
    const answer = evaluated(run, message, activation);
    const text = typeof answer === 'object' && typeof answer.value === 'string' ? answer.value.trim() : '';
    if (text !== '' && !text.includes('\n') && text.length <= MESSAGE_BYTES_MAX) return text;
  }
  return rule.message?.trim() || `failed rule: ${rule.rule.trim()}`;
}

const fieldPathOf = (rule: ValidationRule, path: string): string => {
  const given = (rule.fieldPath ?? '').replace(/\['([A-Za-z_]\w*)'\]/g, '.$1').replace(/\['((?:[^'\\]|\\.)*)'\]/g, '[$1]');
  return path === '' ? given.replace(/^\./, '') : given;
};

const REASONS = new Set<string>(['FieldValueRequired', 'FieldValueDuplicate', 'FieldValueInvalid', 'FieldValueForbidden']);
const VALUELESS = new Set<FieldErrorType>(['FieldValueRequired', 'FieldValueForbidden']);

function refusal(rule: ValidationRule, field: string, type: string, detail: string): FieldError {
  const reason = (REASONS.has(rule.reason ?? '') ? rule.reason : 'FieldValueInvalid') as FieldErrorType;
  if (VALUELESS.has(reason)) return { type: reason, field, detail };
  return { type: reason, field, value: quote(type), detail: reason === 'FieldValueDuplicate' ? '' : detail };
}

/** What is wrong with the rules of a definition's schema. */
export function ruleErrors(cel: Cel, schema: JSONSchemaProps, path: string, name = 'selfType', isRoot = true): readonly FieldError[] {
  if (!hasRules(schema)) return [];
  const errors: FieldError[] = [];
  const type = cel.celTypeOf(schema, name, isRoot);
  (schema['x-kubernetes-validations'] ?? []).forEach((rule, i) => {
    const at = `${path}.x-kubernetes-validations[${i}]`;
    const variables = { self: type, oldSelf: rule.optionalOldSelf === true ? cel.optionalOf(type) : type };
    const program = cel.compileCel(rule.rule, variables, [cel.BOOL]);
    if (typeof program === 'string')
      errors.push(invalidPrinted(`${at}.rule`, goRule(rule), program.replace(/^must/, 'cel expression must')));
    else if (rule.optionalOldSelf !== undefined && !program.uses.has('oldSelf')) {
      errors.push(invalidValue(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
    }
    if (!rule.messageExpression) return;
    const message = cel.compileCel(rule.messageExpression, variables, [cel.STRING]);
    if (typeof message === 'string') {
      errors.push(
        invalidPrinted(
          `${at}.messageExpression`,
          goRule(rule),
          message.replace(/^must evaluate to string/, 'messageExpression must evaluate to a string'),
        ),
      );
    }
  });
  for (const [key, property] of Object.entries(schema.properties ?? {}))
    errors.push(...ruleErrors(cel, property, `${path}.properties[${key}]`, `${name}.${key}`, false));
  const items = inner(schema.items);
  if (items) errors.push(...ruleErrors(cel, items, `${path}.items`, `${name}.@items`, false));
  const values = inner(schema.additionalProperties);
  if (values) errors.push(...ruleErrors(cel, values, `${path}.additionalProperties`, `${name}.@values`, false));
  return errors;
}

/** The rule as Go prints the struct. */
function goRule({ rule, message = '', messageExpression = '', fieldPath = '' }: ValidationRule): string {
  return (
    `apiextensions.ValidationRule{Rule:${quote(rule)}, Message:${quote(message)}, MessageExpression:${quote(messageExpression)}, ` +
    `Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:${quote(fieldPath)}, OptionalOldSelf:(*bool)(nil)}`
  );
}
