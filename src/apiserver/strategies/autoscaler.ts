/** HorizontalPodAutoscalers, as autoscaling/v2 and as autoscaling/v1.
 *  Upstream: pkg/apis/autoscaling/{v1,v2}/defaults.go, pkg/apis/autoscaling/validation/validation.go */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type {
  HorizontalPodAutoscaler, V2HorizontalPodAutoscaler, V2HorizontalPodAutoscalerSpec, V2HPAScalingRules, V2MetricSpec, V2MetricTarget,
} from '../../api/generated/types.ts';
import { strategyOf } from './base.ts';
import { checkOptional, type Errors } from './field-checks.ts';
import { fill, mapField } from './share.ts';

const CPU: V2MetricSpec = Object.freeze({
  type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
});
const UP: V2HPAScalingRules = Object.freeze({
  stabilizationWindowSeconds: 0, selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, { type: 'Percent', value: 100, periodSeconds: 15 }],
});
const DOWN: V2HPAScalingRules = Object.freeze({
  selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
});
const STABLE_MAX = 3600;
const PERIOD_MAX = 1800;

function specDefaults(spec: V2HorizontalPodAutoscalerSpec): V2HorizontalPodAutoscalerSpec {
  const filled = fill(spec.metrics?.length === 0 ? { ...spec, metrics: undefined } : spec, { minReplicas: 1, metrics: [CPU] });
  return mapField(filled, 'behavior', (behavior) => {
    if (!behavior.scaleUp && !behavior.scaleDown) return behavior;
    const [up, down] = [fill(behavior.scaleUp ?? {}, UP), fill(behavior.scaleDown ?? {}, DOWN)];
    return up === behavior.scaleUp && down === behavior.scaleDown ? behavior : { ...behavior, scaleUp: up, scaleDown: down };
  });
}

function checkReplicas(errors: Errors, min: number | undefined, max: number | undefined): void {
  if (min !== undefined && min < 1) errors.push(invalidValue('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if ((max ?? 0) < 1) errors.push(invalidValue('spec.maxReplicas', max ?? 0, 'must be greater than 0'));
  if (min !== undefined && (max ?? 0) < min) {
    errors.push(invalidValue('spec.maxReplicas', max ?? 0, 'must be greater than or equal to `minReplicas`'));
  }
}

function checkReference(errors: Errors, path: string, reference: { readonly kind?: string; readonly name?: string } | undefined): void {
  if (!reference?.kind) errors.push(required(`${path}.kind`));
  if (!reference?.name) errors.push(required(`${path}.name`));
}

function checkTarget(errors: Errors, path: string, target: V2MetricTarget | undefined): void {
  if (!target?.type) errors.push(required(`${path}.type`, 'must specify a metric target type'));
  else if (!['Utilization', 'Value', 'AverageValue'].includes(target.type)) {
    errors.push(invalidValue(`${path}.type`, target.type, 'must be either Utilization, Value, or AverageValue'));
  }
  if (target?.averageUtilization !== undefined && target.averageUtilization < 1) {
    errors.push(invalidValue(`${path}.averageUtilization`, target.averageUtilization, 'must be greater than 0'));
  }
}

const SOURCES: Readonly<Record<string, 'resource' | 'pods' | 'object' | 'external' | 'containerResource'>> = {
  Resource: 'resource', Pods: 'pods', Object: 'object', External: 'external', ContainerResource: 'containerResource',
};

function checkMetric(errors: Errors, path: string, metric: V2MetricSpec): void {
  const field = SOURCES[metric.type];
  if (!field) {
    errors.push(metric.type ? notSupported(`${path}.type`, metric.type, Object.keys(SOURCES))
      : required(`${path}.type`, 'must specify a metric source type'));
    return;
  }
  const source = metric[field];
  if (!source) {
    errors.push(required(`${path}.${field}`, 'must populate the given metric source'));
    return;
  }
  if ('name' in source && !source.name) errors.push(required(`${path}.${field}.name`, 'must specify a resource name'));
  if ('metric' in source && !source.metric?.name) errors.push(required(`${path}.${field}.metric.name`, 'must specify a metric name'));
  checkTarget(errors, `${path}.${field}.target`, source.target);
  if ((field === 'resource' || field === 'containerResource') && source.target
    && source.target.averageUtilization === undefined && source.target.averageValue === undefined) {
    errors.push(required(`${path}.${field}.target.averageUtilization`, 'must set either a target raw value or a target utilization'));
  }
}

function checkRules(errors: Errors, path: string, rules: V2HPAScalingRules): void {
  const window = rules.stabilizationWindowSeconds;
  if (window !== undefined && window < 0) {
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  }
  if (window !== undefined && window > STABLE_MAX) {
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${STABLE_MAX}`));
  }
  checkOptional(errors, `${path}.selectPolicy`, rules.selectPolicy, ['Disabled', 'Max', 'Min']);
  if (!rules.policies?.length) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  rules.policies?.forEach((policy, index) => {
    const at = `${path}.policies[${index}]`;
    if (policy.type !== 'Pods' && policy.type !== 'Percent') errors.push(notSupported(`${at}.type`, policy.type ?? '', ['Percent', 'Pods']));
    if (policy.value <= 0) errors.push(invalidValue(`${at}.value`, policy.value, 'must be greater than zero'));
    if (policy.periodSeconds <= 0) errors.push(invalidValue(`${at}.periodSeconds`, policy.periodSeconds, 'must be greater than zero'));
    if (policy.periodSeconds > PERIOD_MAX) {
      errors.push(invalidValue(`${at}.periodSeconds`, policy.periodSeconds, `must be less than or equal to ${PERIOD_MAX}`));
    }
  });
}

function validate({ spec }: V2HorizontalPodAutoscaler): readonly FieldError[] {
  const errors: Errors = [];
  checkReplicas(errors, spec?.minReplicas, spec?.maxReplicas);
  checkReference(errors, 'spec.scaleTargetRef', spec?.scaleTargetRef);
  spec?.metrics?.forEach((metric, index) => checkMetric(errors, `spec.metrics[${index}]`, metric));
  if (spec?.behavior?.scaleUp) checkRules(errors, 'spec.behavior.scaleUp', spec.behavior.scaleUp);
  if (spec?.behavior?.scaleDown) checkRules(errors, 'spec.behavior.scaleDown', spec.behavior.scaleDown);
  if (spec?.minReplicas === 0) {
    errors.push(forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas'));
  }
  return errors;
}

export const autoscalerStrategy = strategyOf<V2HorizontalPodAutoscaler>({
  hasStatus: true, applyDefaults: (it) => mapField(it, 'spec', specDefaults), validate,
});

function validateV1({ spec }: HorizontalPodAutoscaler): readonly FieldError[] {
  const errors: Errors = [];
  checkReplicas(errors, spec?.minReplicas, spec?.maxReplicas);
  checkReference(errors, 'spec.scaleTargetRef', spec?.scaleTargetRef);
  const target = spec?.targetCPUUtilizationPercentage;
  if (target !== undefined && target < 1) errors.push(invalidValue('spec.targetCPUUtilizationPercentage', target, 'must be greater than 0'));
  return errors;
}

export const autoscalerV1Strategy = strategyOf<HorizontalPodAutoscaler>({
  hasStatus: true, applyDefaults: (it) => mapField(it, 'spec', (spec) => fill(spec, { minReplicas: 1 })), validate: validateV1,
});
