/** A strategy from what is particular to a kind; what is not said is left alone.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go */
import type { FieldError } from '../../api/field-error.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Strategy, StrategyContext } from '../strategy.ts';
import { subdomainName } from './names.ts';
import { without } from './share.ts';

const NO_ERRORS: readonly FieldError[] = Object.freeze([]);

type Check<T> = (object: T, context: StrategyContext) => readonly FieldError[];

export interface StrategyParts<T extends KubeObject> extends Partial<Strategy<T>> {
  /** What only a creation is asked, before `validate`, which an update is asked as well. */
  readonly validateFirst?: (object: T, context: StrategyContext) => readonly FieldError[];
  /** What only a creation is asked, after `validate`. */
  readonly validateNew?: (object: T, context: StrategyContext) => readonly FieldError[];
  /** Beyond `validate`, which is asked as well. */
  readonly validateChange?: (object: T, old: T, context: StrategyContext) => readonly FieldError[];
  /** Says what changed before it says what is wrong; most kinds do it the other way round. */
  readonly changeFirst?: boolean;
  /** Kinds whose status only the status subresource may set. */
  readonly hasStatus?: boolean;
}

const same = <T>(object: T): T => object;

export function strategyOf<T extends KubeObject>(parts: StrategyParts<T>): Strategy<T> {
  const {
    validateChange, validateFirst, validateNew, changeFirst = false, hasStatus = false, prepareForCreate = same, validate = (() => NO_ERRORS) as Check<T>, ...rest
  } = parts;
  return {
    prepareForUpdate: same,
    applyDefaults: same,
    nameErrors: subdomainName,
    validate: validateFirst || validateNew ? (object, context) => [
      ...(validateFirst?.(object, context) ?? NO_ERRORS), ...validate(object, context), ...(validateNew?.(object, context) ?? NO_ERRORS),
    ] : validate,
    prepareForCreate: hasStatus
      ? (object, context) => prepareForCreate(without(object as T & { status?: unknown }, 'status') as T, context)
      : prepareForCreate,
    validateUpdate(object, old, context) {
      const errors = validateChange?.(object, old, context) ?? NO_ERRORS;
      const own = validate(object, context);
      if (own.length === 0 || errors.length === 0) return own.length === 0 ? errors : own;
      return changeFirst ? [...errors, ...own] : [...own, ...errors];
    },
    ...rest,
  };
}
