/** Groups of Kubernetes itself: a definition in them says where it was approved.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/{apihelpers/helpers.go,controller/apiapproval} */
import type { FieldError } from '../../api/field-error.ts';
import { invalidValue, required } from '../../api/field-error.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../api/generated/types.ts';

const ANNOTATION = 'api-approved.kubernetes.io';
const ABOUT = 'see https://github.com/kubernetes/enhancements/pull/1111';

const isProtected = (group: string): boolean => /(^|\.)(k8s|kubernetes)\.io$/.test(group);

type Approval = Omit<CustomResourceDefinitionCondition, 'lastTransitionTime'> & { readonly reason: string; readonly message: string };

/** undefined: the group belongs to nobody in particular. */
export function approvalCondition({ spec, metadata }: CustomResourceDefinition): Approval | undefined {
  if (!isProtected(spec.group)) return undefined;
  const type = 'KubernetesAPIApprovalPolicyConformant';
  const value = metadata?.annotations?.[ANNOTATION] ?? '';
  if (value === '') {
    const message = `protected groups must have approval annotation "${ANNOTATION}", ${ABOUT}`;
    return { type, status: 'False', reason: 'MissingAnnotation', message };
  }
  if (value.startsWith('unapproved'))
    return { type, status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(value)}` };
  if (/^https?:\/\/[^/]+/.test(value)) return { type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${value}` };
  const message = `protected groups must have approval annotation "${ANNOTATION}" with either a URL or a reason starting with "unapproved", ${ABOUT}`;
  return { type, status: 'False', reason: 'InvalidAnnotation', message };
}

export function approvalErrors(definition: CustomResourceDefinition): readonly FieldError[] {
  const found = approvalCondition(definition);
  const field = `metadata.annotations[${ANNOTATION}]`;
  if (found?.reason === 'MissingAnnotation') return [required(field, found.message)];
  return found?.reason === 'InvalidAnnotation' ? [invalidValue(field, definition.metadata?.annotations?.[ANNOTATION], found.message)] : [];
}
