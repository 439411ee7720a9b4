/** Small pure parts of the page: lines of fields, ticks, colours, ages, tables, schemas, saved sessions. */
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../src/ui/editor/apply.ts';
import { lineOfField } from '../../src/ui/editor/manifest.ts';
import { editorSchema } from '../../src/ui/editor/openapi-schema.ts';
import { shortAge, span } from '../../src/ui/model/age.ts';
import { speedIndex, SPEEDS, speedText } from '../../src/ui/model/speed.ts';
import { colourStates } from '../../src/ui/terminal/colour.ts';
import { asTable } from '../../src/ui/terminal/table.ts';
import { placeTicks } from '../../src/ui/time-bar/ticks.ts';
import { recordLanes } from '../../src/ui/timeline/lanes.ts';
import { chosenBecause, whyRail } from '../../src/ui/inspector/why-rail.ts';
import type { PodView } from '../../src/ui/model/pod-view.ts';

const MANIFEST = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  # a remark
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: a
        image: nginx
      - name: b
        image: redis
        ports:
        - containerPort: 80
      initContainers:
        - name: c
          image: busybox
`;

describe('lineOfField', () => {
  it.each([
    ['spec.replicas', 7],
    ['metadata.name', 4],
    ['spec.template.spec.containers[0].image', 12],
    ['spec.template.spec.containers[1].image', 14],
    ['spec.template.spec.containers[1].ports[0].containerPort', 16],
    ['spec.template.spec.initContainers[0].image', 19],
    ['spec.template.spec.containers[1].imagePullPolicy', 13],
    ['spec.strategy', 6],
    ['nothing', 1],
  ] as const)('%s is on line %i', (field, line) => {
    expect(lineOfField(MANIFEST, field)).toBe(line);
  });
  it('places the causes of a refusal in the second document of a file', () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'no',
      details: { causes: [{ field: 'spec.replicas', message: 'Invalid value' }] },
    } as const;
    expect(problemsOf(status, { line: 11, text: `\n${MANIFEST}` })).toEqual([
      { line: 17, column: 3, message: 'spec.replicas: Invalid value' },
    ]);
  });
});

it('places what Go could not decode, also inside a list', () => {
  const status = (path: string) =>
    ({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `json: cannot unmarshal string into Go struct field ${path} of type int32`,
    }) as const;
  expect(problemsOf(status('DeploymentSpec.spec.replicas'), { line: 1, text: MANIFEST })[0]?.line).toBe(7);
  expect(problemsOf(status('Container.spec.template.spec.containers.image'), { line: 1, text: MANIFEST })[0]?.line).toBe(12);
});

it('merges ticks that are closer than seven pixels', () => {
  const at = (atMicros: number, kind: 'you' | 'ready' | 'other', label: string) => ({ atMicros, kind, label });
  const placed = placeTicks(
    [at(0, 'ready', 'a'), at(5, 'ready', 'b'), at(50, 'ready', 'c'), at(3, 'other', 'd'), at(52, 'you', 'e')],
    0,
    100,
    100,
  );
  expect(placed.map((tick) => `${tick.kind} ${tick.labels.join('+')}`)).toEqual(['ready a+b', 'ready c', 'you e']);
});

describe('colourStates', () => {
  it.each([
    ['web   1/1   Running   0\n', 'web   1/1   \u001b[32mRunning\u001b[39m   0\n'],
    ['node   Ready   v1\n', 'node   \u001b[32mReady\u001b[39m   v1\n'],
    ['Running the tests\n', 'Running the tests\n'],
    ['x  ImagePullBackOff\r\n', 'x  \u001b[31mImagePullBackOff\u001b[39m\r\n'],
    ['x  Init:0/1  0', 'x  \u001b[33mInit:0/1\u001b[39m  0'],
    ['\u001b[35m$\u001b[0m  Running  ', '\u001b[35m$\u001b[0m  Running  '],
  ])('%j', (text, coloured) => {
    expect(colourStates(text)).toBe(coloured);
  });
});

it.each([
  [34_000, '34 s', '34s'],
  [171_000, '2 min 51 s', '2m51s'],
  [3_600_000, '1 h', '60m'],
  [90_000_000, '25 h', '25h'],
  [400_000_000, '4 d', '4d'],
] as const)('says %i ms', (ms, long, short) => {
  expect([span(ms), shortAge(ms)]).toEqual([long, short]);
});

it('has a bar for each speed', () => {
  expect(SPEEDS.map(speedText).join(' ')).toBe('×1/64 ×1/32 ×1/16 ×1/8 ×1/4 ×1/2 ×1 ×2 ×4 ×8 ×16 ×64 ×256');
  expect(SPEEDS.map(speedIndex)).toEqual(SPEEDS.map((_speed, at) => at));
});

it("reads kubectl's tables, and nothing else, as tables", () => {
  expect(asTable('NAME   READY   AGE\nweb    1/1     5m\n')).toEqual({ head: ['NAME', 'READY', 'AGE'], rows: [['web', '1/1', '5m']] });
  expect(asTable('deployment.apps/web created\n')).toBeUndefined();
  expect(asTable('Name:  web\nLabels:  x\n')).toBeUndefined();
});

it("makes one schema of the cluster's own documents", () => {
  const schema = editorSchema({
    'io.k8s.api.core.v1.Pod': {
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'Pod' }],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [{ $ref: '#/components/schemas/Meta' }], default: {}, description: 'm' },
      },
    },
    'io.k8s.api.core.v1.PodList': {
      'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'PodList' }],
      properties: { metadata: {} },
    },
    Meta: { properties: { name: { type: 'string' } } },
  }) as { oneOf: unknown; definitions: Record<string, { properties?: Record<string, unknown>; additionalProperties?: unknown }> };
  expect(schema.oneOf).toEqual([{ $ref: '#/definitions/io.k8s.api.core.v1.Pod' }]);
  expect(schema.definitions['io.k8s.api.core.v1.Pod']?.properties).toEqual({
    apiVersion: { type: 'string', enum: ['v1'] },
    kind: { type: 'string', enum: ['Pod'] },
    metadata: { $ref: '#/definitions/Meta', description: 'm' },
  });
  expect(schema.definitions['Meta']?.additionalProperties).toBe(false);
});

it('records lanes as states change and ends them when a Pod goes', () => {
  const pod = (state: PodView['state']) => ({ uid: 'u', key: 'default/a', name: 'a', node: 'n', state, word: state }) as PodView;
  let book = recordLanes({ lanes: new Map() }, [pod('waiting')], 1);
  expect(recordLanes(book, [pod('waiting')], 2)).toBe(book);
  book = recordLanes(recordLanes(book, [pod('ready')], 3), [], 9);
  expect(book.lanes.get('u')?.bars.map((bar) => [bar.state, bar.fromMicros, bar.toMicros])).toEqual([
    ['waiting', 1, 3],
    ['ready', 3, 9],
  ]);
});

describe('whyRail', () => {
  const subjects = [
    { resource: 'pods', namespace: 'default', name: 'web-1' },
    { resource: 'deployments', namespace: 'default', name: 'web' },
  ];
  const command = {
    command: 'kubectl scale deployment web --replicas=3',
    stdout: 'deployment.apps/web scaled\n',
    stderr: '',
    output: '',
    exitCode: 0,
    startedAtMicros: 5,
    endedAtMicros: 6,
  };
  it('puts causes first and folds repeats', () => {
    const decision = (at: number, name: string, did: string) => ({
      at,
      machine: 'm',
      event: { type: 'decision' as const, actor: 'kubelet', object: { resource: 'pods', namespace: 'default', name }, did, because: 'b' },
    });
    const rail = whyRail(
      subjects,
      'n',
      [decision(9, 'web-1', 'pulled'), decision(10, 'web-1', 'pulled'), decision(8, 'other', 'x')],
      [command, { ...command, command: 'kubectl get pods' }],
    );
    expect(rail.map((step) => `${step.who} ${step.did} ${step.times}`)).toEqual([
      'You typed kubectl scale deployment web --replicas=3 1',
      'Kubelet pulled 2',
    ]);
  });
  it('says why a node was chosen', () => {
    const nodes = [
      { node: 'a', total: 300 },
      { node: 'b', total: 200 },
    ];
    expect(chosenBecause({ attempt: 1, nodesTotal: 4, nodes, feasible: 2, reasons: {}, chosen: 'a' })).toBe(
      'Fits on 2 of 4 nodes; a scored highest, 300.',
    );
    expect(chosenBecause({ attempt: 1, nodesTotal: 4, nodes, feasible: 2, reasons: {}, chosen: 'a', tied: 2 })).toBe(
      'Fits on 2 of 4 nodes; 2 scored 300, and one was drawn.',
    );
    expect(chosenBecause({ attempt: 1, nodesTotal: 4, nodes, feasible: 1, reasons: {}, chosen: 'a' })).toBe('Fits on 1 of 4 nodes.');
  });
});
