/** PodTemplates, which nothing in the cluster uses but which are kept.
 *  Upstream: pkg/registry/core/podtemplate/strategy.go, pkg/apis/core/validation/validation.go (ValidatePodTemplate) */
import type { PodTemplate } from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import type { Errors } from './field-checks.ts';
import { podTemplateDefaults } from './pod-defaults.ts';
import { knownTemplate } from './pod-fields.ts';
import { checkPodTemplate } from './pod-spec.ts';
import { templateWarnings } from './pod-warnings.ts';
import { mapField } from './share.ts';

const known = (it: PodTemplate): PodTemplate => mapField(it, 'template', knownTemplate);

export const podTemplateStrategy = strategyOf<PodTemplate>({
  allowCreateOnUpdate: true,
  applyDefaults: (it) => mapField(it, 'template', podTemplateDefaults),
  prepareForCreate: known,
  prepareForUpdate: known,
  validate({ template = {} }) {
    const errors: Errors = [];
    checkPodTemplate(errors, 'template', template);
    return errors;
  },
  warnings: (next, old) => (old && equal(next.template, old.template) ? [] : templateWarnings(next.template, 'template.')),
});
