/** What the API says of single fields of Jobs and CronJobs.
 *  Upstream: pkg/apis/batch/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { createErrors, type Json, template, updateErrors } from './support.ts';

const job = (more: Json = {}): Json => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'pi', namespace: 'default', uid: 'u' },
  spec: { template: template({ restartPolicy: 'Never' }), ...more },
});
const indexed = (more: Json): Json => job({ completionMode: 'Indexed', completions: 3, ...more });
const failing = (...rules: Json[]): Json => job({ podFailurePolicy: { rules } });
const ending = (...rules: Json[]): Json => indexed({ successPolicy: { rules } });
const cron = (more: Json = {}, name = 'pi'): Json => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name, namespace: 'default' },
  spec: { schedule: '* * * * *', jobTemplate: { spec: job()['spec'] }, ...more },
});
const R = 'spec.podFailurePolicy.rules[0]';
const S = 'spec.successPolicy.rules[0]';
const DOMAIN = 'spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")';

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  [
    'counts',
    job({ parallelism: -1, completions: -1, activeDeadlineSeconds: -1, backoffLimit: -1, ttlSecondsAfterFinished: -1 }),
    ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'].map(
      (field) => `spec.${field}: Invalid value: -1: must be greater than or equal to 0`,
    ),
  ],
  [
    'mode',
    job({ completionMode: 'Some', podReplacementPolicy: 'Never' }),
    [
      'spec.completionMode: Unsupported value: "Some": supported values: "Indexed", "NonIndexed"',
      'spec.podReplacementPolicy: Unsupported value: "Never": supported values: "Failed", "TerminatingOrFailed"',
    ],
  ],
  ['indexes without a count', job({ completionMode: 'Indexed' }), []],
  [
    'indexes of many',
    job({ completionMode: 'Indexed', parallelism: 100_001 }),
    [
      'spec.completions: Required value: when completion mode is Indexed',
      'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
    ],
  ],
  [
    'limits of an index',
    job({ backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
    [
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
      'spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode',
    ],
  ],
  [
    'failed indexes alone',
    indexed({ maxFailedIndexes: 4 }),
    [
      'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      'spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions',
    ],
  ],
  ['who manages it', job({ managedBy: 'me' }), [DOMAIN]],
  [
    'restart policy',
    job({ template: template() }),
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'a rule about nothing',
    failing({ action: 'FailIndex' }),
    [
      `${R}.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set`,
      `${R}: Invalid value: specifying one of OnExitCodes and OnPodConditions is required`,
    ],
  ],
  [
    'a rule about all',
    failing({
      action: 'Stop',
      onExitCodes: { operator: 'In', containerName: 'x', values: [0, 3, 1, 3] },
      onPodConditions: [{ type: 'A', status: 'No' }],
    }),
    [
      `${R}.action: Unsupported value: "Stop": supported values: "Count", "FailIndex", "FailJob", "Ignore"`,
      `${R}.onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template`,
      `${R}.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator`,
      `${R}.onExitCodes.values[3]: Duplicate value: 3`,
      `${R}.onExitCodes.values: Invalid value: []int32{0, 3, 1, 3}: must be ordered`,
      `${R}.onPodConditions[0].status: Unsupported value: "No": supported values: "False", "True", "Unknown"`,
      `${R}: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported`,
    ],
  ],
  [
    'no exit codes',
    failing({ action: 'Ignore', onExitCodes: { operator: 'In', values: [] } }),
    [`${R}.onExitCodes.values: Invalid value: []int32{}: at least one value is required`],
  ],
  [
    'success of nothing',
    ending(),
    ['spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified'],
  ],
  [
    'success',
    ending({ succeededIndexes: '0,5', succeededCount: 4 }),
    [
      `${S}.succeededIndexes: Invalid value: "0,5": error parsing succeededIndexes: too large index: "5"`,
      `${S}.succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)`,
      `${S}.succeededCount: Invalid value: 4: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)`,
    ],
  ],
  [
    'a selector by hand of nothing',
    job({ manualSelector: true }),
    [
      'spec.selector: Required value',
      'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
    ],
  ],
  [
    'a schedule',
    cron({ schedule: '', concurrencyPolicy: 'Skip', startingDeadlineSeconds: -1, timeZone: 'Nowhere' }),
    [
      'spec.schedule: Required value',
      'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.timeZone: Invalid value: "Nowhere": unknown time zone Nowhere',
      'spec.concurrencyPolicy: Unsupported value: "Skip": supported values: "Allow", "Forbid", "Replace"',
    ],
  ],
  ['no time zone', cron({ timeZone: '' }), ['spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string']],
  [
    'this time zone',
    cron({ timeZone: 'Local' }),
    ['spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in ' + 'https://www.iana.org/time-zones'],
  ],
  [
    'a selector of Jobs to come',
    cron({ jobTemplate: { spec: { ...(job()['spec'] as Json), manualSelector: true, selector: {} } } }),
    [
      'spec.jobTemplate.spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), ' +
        'MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` will be auto-generated',
      'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "false", "nil"',
    ],
  ],
  ['a long name', cron({}, 'a'.repeat(53)), [`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`]],
];

describe('fields of Jobs and CronJobs', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it.each<readonly [string, Json, Json, readonly string[]]>([
    ['completions', { completions: 3 }, { completions: 4 }, ['spec.completions: Invalid value: 4: field is immutable']],
    ['mode', {}, { completionMode: 'Indexed', completions: 1 }, ['spec.completionMode: Invalid value: "Indexed": field is immutable']],
    ['manager', {}, { managedBy: 'a.example/x' }, ['spec.managedBy: Invalid value: "a.example/x": field is immutable']],
    ['what may change', {}, { parallelism: 5, activeDeadlineSeconds: 4, backoffLimit: 2, suspend: true, ttlSecondsAfterFinished: 2 }, []],
  ])('%s of a Job', (_what, before, more, errors) => {
    expect(updateErrors((old) => ({ ...old, spec: { ...(old['spec'] as Json), ...more } }), job(before))).toEqual(errors);
  });
});
