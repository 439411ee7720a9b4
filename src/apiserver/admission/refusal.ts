/** The 403 of a plugin, naming the object as well as it can be named before it has a name.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/errors.go */
import { type ApiError, forbidden } from '../../api/errors.ts';
import type { StatusCause } from '../../api/object.ts';
import type { AdmissionAttributes } from '../admission.ts';

export function refused(attributes: AdmissionAttributes, why: string, causes?: readonly StatusCause[]): ApiError {
  const { resource, name, object } = attributes;
  return forbidden(resource, name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown', why, causes);
}
