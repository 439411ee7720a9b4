/** Objects in protobuf become what they would have been in JSON; what is no such object is refused with a reason. */
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../src/wire/protobuf/decode.ts';
import { messageNamed, messageOf } from '../../src/wire/protobuf/messages.ts';
import { CORE_MESSAGES } from '../../src/api/protobuf/core-messages.ts';
import { EXTENSION_MESSAGES } from '../../src/api/protobuf/extension-messages.ts';
import { GROUP_MESSAGES } from '../../src/api/protobuf/group-messages.ts';

/** An encoder of its own, with the numbers written out by hand: a field is [number, value]; lists of fields are messages. */
type Value = number | string | Uint8Array | readonly Field[];
type Field = readonly [number, Value];

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function message(fields: readonly Field[]): number[] {
  return fields.flatMap(([number, value]) => {
    if (typeof value === 'number') return [...varint(BigInt(number << 3)), ...varint(BigInt(value))];
    const bytes =
      typeof value === 'string' ? [...new TextEncoder().encode(value)] : value instanceof Uint8Array ? [...value] : message(value);
    return [...varint(BigInt((number << 3) | 2)), ...varint(BigInt(bytes.length)), ...bytes];
  });
}

function envelope(apiVersion: string, kind: string, fields: readonly Field[]): Uint8Array {
  return new Uint8Array([
    0x6b,
    0x38,
    0x73,
    0,
    ...message([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, fields],
      [3, ''],
      [4, ''],
    ]),
  ]);
}

const SCHEMA: Value = [
  [
    29,
    [
      [1, 'n'],
      [
        2,
        [
          [5, 'integer'],
          [8, [[1, '7']]],
        ],
      ],
    ],
  ],
  [30, [[1, 0]]],
  [38, 1],
];
const POD: readonly Field[] = [
  [
    1,
    [
      [1, 'data'],
      [2, [[2, [[1, '']]]]],
    ],
  ],
  [
    2,
    [
      [1, 'c'],
      [
        11,
        [
          [
            1,
            [
              [
                2,
                [
                  [1, '/healthz'],
                  [
                    2,
                    [
                      [1, 1],
                      [2, 0],
                      [3, 'web'],
                    ],
                  ],
                ],
              ],
            ],
          ],
          [2, 5],
        ],
      ],
    ],
  ],
  [4, 0],
];

const entry = (key: string, value: Value): Value => [
  [1, key],
  [2, value],
];

describe('objects', () => {
  const cases: readonly [string, string, string, readonly Field[], unknown][] = [
    [
      'a pointer keeps its zero, what is no pointer loses it',
      'apps/v1',
      'Deployment',
      [
        [
          1,
          [
            [1, 'web'],
            [2, ''],
            [7, 0],
          ],
        ],
        [
          2,
          [
            [1, 0],
            [5, 0],
            [7, 0],
          ],
        ],
      ],
      { metadata: { name: 'web' }, spec: { replicas: 0 } },
    ],
    [
      'maps, also with keys that JavaScript knows',
      'v1',
      'ConfigMap',
      [
        [1, []],
        [2, entry('a', 'b')],
        [2, entry('__proto__', 'x')],
        [2, entry('empty', '')],
        [3, entry('bin', new Uint8Array([1, 2, 255]))],
      ],
      JSON.parse('{"metadata":{},"data":{"a":"b","__proto__":"x","empty":""},"binaryData":{"bin":"AQL/"}}'),
    ],
    [
      'messages that JSON inlines',
      'v1',
      'Pod',
      [[2, POD]],
      {
        spec: {
          volumes: [{ name: 'data', emptyDir: {} }],
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'c', readinessProbe: { httpGet: { path: '/healthz', port: 'web' }, initialDelaySeconds: 5 } }],
        },
      },
    ],
    ['quantities', 'v1', 'ResourceQuota', [[2, [[1, entry('cpu', [[1, '500m']])]]]], { spec: { hard: { cpu: '500m' } } }],
    [
      'numbers or texts',
      'policy/v1',
      'PodDisruptionBudget',
      [
        [
          2,
          [
            [
              1,
              [
                [1, 1],
                [2, 0],
                [3, '50%'],
              ],
            ],
            [
              3,
              [
                [1, 0],
                [2, 2],
                [3, ''],
              ],
            ],
          ],
        ],
      ],
      { spec: { minAvailable: '50%', maxUnavailable: 2 } },
    ],
    [
      'times; a negative number',
      'v1',
      'Event',
      [
        [
          6,
          [
            [1, 0],
            [2, 0],
          ],
        ],
        [
          7,
          [
            [1, 1_700_000_000],
            [2, 0],
          ],
        ],
        [8, -3],
        [
          10,
          [
            [1, 1_700_000_000],
            [2, 123_456_000],
          ],
        ],
      ],
      { lastTimestamp: '2023-11-14T22:13:20Z', count: -3, eventTime: '2023-11-14T22:13:20.123456Z' },
    ],
    [
      'options of a deletion, in any group',
      'policy/v1',
      'DeleteOptions',
      [
        [1, 0],
        [4, 'Foreground'],
        [5, 'All'],
      ],
      { gracePeriodSeconds: 0, propagationPolicy: 'Foreground', dryRun: ['All'] },
    ],
    [
      'the extra of a user',
      'authorization.k8s.io/v1',
      'SubjectAccessReview',
      [
        [
          2,
          [
            [3, 'jane'],
            [
              5,
              entry('scopes', [
                [1, 'a'],
                [1, 'b'],
              ]),
            ],
          ],
        ],
      ],
      { spec: { user: 'jane', extra: { scopes: ['a', 'b'] } } },
    ],
    [
      'schemas of custom resources',
      'apiextensions.k8s.io/v1',
      'CustomResourceDefinition',
      [
        [
          2,
          [
            [
              7,
              [
                [1, 'v1'],
                [2, 1],
                [3, 0],
                [4, [[1, SCHEMA]]],
              ],
            ],
          ],
        ],
      ],
      {
        spec: {
          versions: [
            {
              name: 'v1',
              served: true,
              storage: false,
              schema: {
                openAPIV3Schema: {
                  properties: { n: { type: 'integer', default: 7 } },
                  additionalProperties: false,
                  'x-kubernetes-preserve-unknown-fields': true,
                },
              },
            },
          ],
        },
      },
    ],
    [
      'a field of tomorrow is skipped',
      'v1',
      'Namespace',
      [
        [99, 'new'],
        [1, [[1, 'a']]],
      ],
      { metadata: { name: 'a' } },
    ],
  ];
  it.each(cases)('%s', (_, apiVersion, kind, fields, expected) => {
    const { apiVersion: version, kind: told, ...rest } = decodeObject(envelope(apiVersion, kind, fields));
    expect([version, told]).toEqual([apiVersion, kind]);
    expect(rest).toEqual(expected);
  });
});

describe('what is refused', () => {
  let deep: Value = [[5, 'object']];
  for (let level = 0; level < 300; level += 1) deep = [[28, deep]];
  const cases: readonly [string, Uint8Array, string][] = [
    [
      'no envelope',
      new TextEncoder().encode('{"kind":"Pod"}'),
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    ],
    ['a kind without a message', envelope('v1', 'Nonsense', []), 'no kind "Nonsense" is registered for version "v1" in protobuf'],
    [
      'a kind that JavaScript knows',
      envelope('constructor', 'constructor', []),
      'no kind "constructor" is registered for version "constructor" in protobuf',
    ],
    ['bytes that end early', envelope('v1', 'Pod', [[1, [[1, 'web']]]]).slice(0, 20), 'unexpected EOF'],
    ['a number where a message belongs', envelope('v1', 'Pod', [[1, 7]]), 'proto: wrong wireType for a message'],
    ['a message where a number belongs', envelope('apps/v1', 'Deployment', [[2, [[5, 'x']]]]), 'proto: wrong wireType for a number'],
    ['a wire type that does not exist', new Uint8Array([0x6b, 0x38, 0x73, 0, 0x0f]), 'proto: illegal wireType 7'],
    [
      'nesting without end',
      envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', [[2, [[7, [[4, [[1, deep]]]]]]]]),
      'proto: message is nested too deep',
    ],
    ['raw JSON that is none', envelope('apps/v1', 'ControllerRevision', [[2, [[1, '{']]]]), 'a raw field does not hold JSON'],
  ];
  it.each(cases)('%s', (_, bytes, text) => {
    expect(() => decodeObject(bytes)).toThrow(text);
  });
});

describe('the tables', () => {
  const names = [CORE_MESSAGES, GROUP_MESSAGES, EXTENSION_MESSAGES]
    .join('')
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .map((line) => line.slice(0, line.indexOf(':')));
  it('name only messages that exist, and no number twice', () => {
    const scalars = ['string', 'int', 'bool', 'bytes', 'double', 'Time', 'MicroTime', 'Quantity', 'IntOrString', 'Raw', 'Strings'];
    const wrong = names.flatMap((name) =>
      [...(messageNamed(name) ?? [])]
        .filter(([number, { type }]) => !(number > 0) || (!scalars.includes(type) && !messageNamed(type)))
        .map(([number]) => `${name} ${number}`),
    );
    expect(wrong).toEqual([]);
    const fields = names.reduce((sum, name) => sum + (messageNamed(name)?.size ?? 0), 0);
    const written = [CORE_MESSAGES, GROUP_MESSAGES, EXTENSION_MESSAGES].join('').match(/\S+ \d+ \S+/g)?.length;
    expect(fields).toBe(written);
  });
  it.each([
    ['v1', 'Pod'],
    ['apps/v1', 'Deployment'],
    ['batch/v1', 'CronJob'],
    ['policy/v1', 'Eviction'],
    ['autoscaling/v1', 'Scale'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
    ['authentication.k8s.io/v1', 'TokenRequest'],
    ['certificates.k8s.io/v1', 'CertificateSigningRequest'],
    ['scheduling.k8s.io/v1', 'PriorityClass'],
    ['admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'],
    ['flowcontrol.apiserver.k8s.io/v1', 'FlowSchema'],
    ['storage.k8s.io/v1', 'StorageClass'],
    ['coordination.k8s.io/v1', 'Lease'],
    ['discovery.k8s.io/v1', 'EndpointSlice'],
    ['events.k8s.io/v1', 'Event'],
    ['node.k8s.io/v1', 'RuntimeClass'],
    ['apiregistration.k8s.io/v1', 'APIService'],
  ])('%s %s has a message', (apiVersion, kind) => {
    expect(messageOf(apiVersion, kind)).toBeDefined();
  });
});
