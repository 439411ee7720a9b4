/** The options of a write, from its query: CreateOptions, UpdateOptions and PatchOptions, refused in their own names.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go */
import { invalid } from '../api/errors.ts';
import type { FieldError } from '../api/field-error.ts';
import { forbiddenField, invalidValue, notSupported, required, tooLong } from '../api/field-error.ts';
import { mediaTypeOf } from './body.ts';
import { MANAGER_LENGTH_MAX } from './field-manager.ts';
import { headerOf, queryOf } from './request-info.ts';
import type { Call } from './server-state.ts';
import type { WriteOptions } from './write.ts';

const KINDS: Readonly<Record<string, string>> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions' };
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** Throws 422 for values that no write takes. */
export function writeOptions(call: Call): WriteOptions {
  const { request, info } = call;
  const manager = queryOf(request, 'fieldManager') ?? '';
  const dryRun = queryOf(request, 'dryRun') ?? '';
  const validation = queryOf(request, 'fieldValidation') ?? '';
  const errors: FieldError[] = info.verb === 'patch' ? patchErrors(call, manager) : [];
  errors.push(...managerErrors(manager));
  if (dryRun !== '' && dryRun !== 'All') errors.push(notSupported('dryRun', [dryRun], ['All']));
  if (!VALIDATIONS.includes(validation)) errors.push(notSupported('fieldValidation', validation, VALIDATIONS));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: KINDS[info.verb] ?? 'CreateOptions' }, '', errors);
  return { dryRun: dryRun === 'All', manager: manager || agentOf(call) };
}

function patchErrors({ request }: Call, manager: string): FieldError[] {
  if (mediaTypeOf(request) !== APPLY_PATCH) {
    return queryOf(request, 'force') === undefined ? [] : [forbiddenField('force', 'may not be specified for non-apply patch')];
  }
  return manager === '' ? [required('fieldManager', 'is required for apply patch')] : [];
}

/** Control characters are the unprintable ones that a query can bring. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f]/;

export function managerErrors(manager: string, path = 'fieldManager'): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (manager.length > MANAGER_LENGTH_MAX) errors.push(tooLong(path, MANAGER_LENGTH_MAX));
  [...manager].forEach((character, at) => {
    if (!UNPRINTABLE.test(character)) return;
    const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
    errors.push(invalidValue(path, manager, `invalid character U+${code} (at position ${at})`));
  });
  return errors;
}

/** What stands before the slash of the user agent. */
function agentOf({ request }: Call): string {
  const agent = headerOf(request, 'user-agent') ?? '';
  return (agent.split('/')[0] || 'unknown').slice(0, MANAGER_LENGTH_MAX);
}
