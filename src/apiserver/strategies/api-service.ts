/** APIServices: a group-version of this server, or of another one behind a Service.
 *  Upstream: staging/src/k8s.io/kube-aggregator/pkg/{apis/apiregistration/validation,registry/apiservice} */
import { type FieldError, invalidValue, required } from '../../api/field-error.ts';
import type { APIService } from '../../api/generated/types.ts';
import { strategyOf } from './base.ts';
import { fill, mapField } from './share.ts';

function validate({ metadata, spec }: APIService): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { group = '', version = '' } = spec ?? {};
  const name = `${version}.${group}`;
  if (metadata?.name !== name)
    errors.push(invalidValue('metadata.name', metadata?.name ?? '', `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`));
  if (spec === undefined) return [...errors, required('spec', '')];
  if (!(spec.groupPriorityMinimum > 0 && spec.groupPriorityMinimum <= 20_000)) {
    errors.push(invalidValue('spec.groupPriorityMinimum', spec.groupPriorityMinimum ?? 0, 'must be positive and less than 20000'));
  }
  if (!(spec.versionPriority > 0 && spec.versionPriority <= 1000)) {
    errors.push(invalidValue('spec.versionPriority', spec.versionPriority ?? 0, 'must be positive and less than 1000'));
  }
  const { service } = spec;
  if (service === undefined) {
    if (spec.caBundle) errors.push(invalidValue('spec.caBundle', '<redacted>', 'local APIServices may not have a caBundle'));
    if (spec.insecureSkipTLSVerify)
      errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'));
    return errors;
  }
  if (!service.namespace) errors.push(required('spec.service.namespace', ''));
  if (!service.name) errors.push(required('spec.service.name', ''));
  if (spec.insecureSkipTLSVerify && spec.caBundle)
    errors.push(invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}

export const apiServiceStrategy = strategyOf<APIService>({
  hasStatus: true,
  applyDefaults: (object) => mapField(object, 'spec', (spec) => mapField(spec, 'service', (service) => fill(service, { port: 443 }))),
  validate,
});
