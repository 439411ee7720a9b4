/** CEL as Kubernetes speaks it: expressions compiled against declared variables, run with a budget.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/cel/environment/base.go */
import { checkCel } from './check.ts';
import type { Variables } from './check.ts';
import type { Activation, Evaluated } from './evaluate.ts';
import { evaluateCel } from './evaluate.ts';
import { issuesText } from './expr.ts';
import { KUBERNETES } from './kubernetes.ts';
import { functionsFrom } from './overloads.ts';
import { parseCel } from './parse.ts';
import { STANDARD } from './standard.ts';
import { CelSyntaxError } from './tokens.ts';
import type { CelType } from './types.ts';
import { typeText } from './types.ts';

const FUNCTIONS = functionsFrom(STANDARD, KUBERNETES);

/** As upstream's RuntimeCELCostBudget and PerCallLimit. */
export const COST_BUDGET = 10_000_000;
export const CALL_COST_MAX = 1_000_000;

export interface Program {
  readonly type: CelType;
  /** The declared variables that it reads. */
  readonly uses: ReadonlySet<string>;
  /** Throws CelError. */
  run(activation: Activation, costMax?: number): Evaluated;
}

/** A text: what is wrong with it, as Kubernetes prints it. `results`: what it may give, "bool" or "string". */
export function compileCel(source: string, variables: Variables, results?: readonly CelType[]): Program | string {
  try {
    const tree = parseCel(source);
    const { type, issues, uses } = checkCel(tree, variables, FUNCTIONS);
    if (issues.length > 0) return `compilation failed: ${issuesText(source, issues)}`;
    if (results !== undefined && !results.some(({ kind }) => kind === type.kind || type.kind === 'dyn')) {
      return results.length === 1
        ? `must evaluate to ${typeText(results[0] as CelType)}`
        : `must evaluate to one of [${results.map(typeText).join(' ')}]`;
    }
    return { type, uses, run: (activation, costMax = CALL_COST_MAX) => evaluateCel(tree, activation, FUNCTIONS, costMax) };
  } catch (error) {
    if (error instanceof CelSyntaxError) return `compilation failed: ${issuesText(source, [{ at: error.at, text: error.message }])}`;
    throw error;
  }
}
