/** What admission changes and refuses. FIDELITY A9, A12 23 to 28, I25. */
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/errors.ts';
import type { Pod } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { admissionChain } from '../../src/apiserver/admission/admission-chain.ts';
import type { AdmissionAttributes, AdmissionReader, Operation } from '../../src/apiserver/admission.ts';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { freeze } from '../../src/base/json.ts';
import { createRandom } from '../../src/base/random.ts';
import type { World } from '../../src/base/world.ts';
import { container, type Json, pod, readerOf, resourceOf } from './support.ts';

const named = (apiVersion: string, kind: string, name: string, body: Json = {}, metadata: Json = {}): Json =>
  ({ apiVersion, kind, metadata: { name, namespace: 'default', ...metadata }, ...body });
const namespace = (name: string, metadata: Json = {}, status: Json = { phase: 'Active' }): Json =>
  ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...metadata }, status });
const BASE = [namespace('default'), named('v1', 'ServiceAccount', 'default')];

interface Outcome { readonly object: KubeObject; readonly warnings: readonly string[] }

/** As the server does it: all that mutate, then all that validate. */
function admit(object: Json, others: readonly Json[] = [], options: { operation?: Operation; old?: Json; reader?: AdmissionReader } = {}): Outcome {
  const { operation = 'CREATE', old, reader = readerOf([...BASE, ...others]) } = options;
  const resource = resourceOf(object);
  const warnings: string[] = [];
  let current = strategyFor(resource).applyDefaults(freeze(object) as KubeObject);
  const meta = current.metadata ?? {};
  const attributes = (): AdmissionAttributes => ({
    operation, resource, subresource: '', namespace: resource.namespaced ? meta.namespace ?? '' : '', name: meta.name ?? '',
    object: operation === 'DELETE' ? undefined : current, old: old as KubeObject | undefined, user: { name: 'jane', groups: ['system:masters'] },
    dryRun: false, warn: (text) => void warnings.push(text),
  });
  const chain = admissionChain({ world: { random: createRandom('seed') } as World }).filter((plugin) => plugin.handles(attributes()));
  for (const plugin of chain) if (plugin.admit) current = plugin.admit(current, attributes(), reader) as KubeObject;
  for (const plugin of chain) void plugin.validate?.(attributes(), reader);
  return { object: current, warnings };
}

const admitted = (object: Json, others: readonly Json[] = []): Pod => admit(object, others).object as Pod;
const plain = pod({ containers: [container()] });

describe('a Pod (A9, A11, I25)', () => {
  it('runs as an account, with its token, its priority and its tolerations', () => {
    const { spec } = admitted(plain);
    const volume = spec?.volumes?.[0]?.name ?? '';
    expect(volume).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(spec).toMatchObject({
      serviceAccountName: 'default', serviceAccount: 'default', priority: 0, preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [
        { effect: 'NoExecute', key: 'node.kubernetes.io/not-ready', operator: 'Exists', tolerationSeconds: 300 },
        { effect: 'NoExecute', key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 300 },
      ],
      volumes: [{
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
            { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
          ],
        },
      }],
    });
    expect(spec?.containers[0]?.volumeMounts)
      .toEqual([{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: volume, readOnly: true }]);
  });

  it('has no token where it wants none', () => {
    expect(admitted(pod({ containers: [container()], automountServiceAccountToken: false })).spec?.volumes).toBeUndefined();
    const quiet = { ...named('v1', 'ServiceAccount', 'quiet'), automountServiceAccountToken: false, imagePullSecrets: [{ name: 'regcred' }] };
    const { spec } = admitted(pod({ containers: [container()], serviceAccountName: 'quiet' }), [quiet]);
    expect([spec?.volumes, spec?.imagePullSecrets]).toEqual([undefined, [{ name: 'regcred' }]]);
  });

  it('gets the limits of its namespace', () => {
    const range = named('v1', 'LimitRange', 'l', { spec: { limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } }] } });
    const { metadata, spec } = admitted(plain, [range]);
    expect(spec?.containers[0]?.resources).toEqual({ limits: { cpu: '500m' }, requests: { cpu: '100m' } });
    expect(metadata?.annotations?.['kubernetes.io/limit-ranger'])
      .toBe('LimitRanger plugin set: cpu request for container web; cpu limit for container web');
  });

  it('gets the default class of priority, and that of its name', () => {
    const low = { ...named('scheduling.k8s.io/v1', 'PriorityClass', 'low'), value: 7, globalDefault: true };
    const high = { ...named('scheduling.k8s.io/v1', 'PriorityClass', 'high'), value: 1000, preemptionPolicy: 'Never' };
    expect(admitted(plain, [low, high]).spec).toMatchObject({ priorityClassName: 'low', priority: 7 });
    expect(admitted(pod({ containers: [container()], priorityClassName: 'high' }), [low, high]).spec)
      .toMatchObject({ priority: 1000, preemptionPolicy: 'Never' });
  });
});

const limits = (body: Json): Json => named('v1', 'LimitRange', 'l', { spec: { limits: [body] } });
const quota = (hard: Json, used: Json): Json => named('v1', 'ResourceQuota', 'q', { spec: { hard }, status: { hard, used } });
const sized = (resources: Json): Json => pod({ containers: [container({ resources })] });

const REFUSALS: readonly (readonly [rule: string, object: Json, others: readonly Json[], message: string])[] = [
  ['23', pod({ containers: [container()] }, { namespace: 'foo' }), [], 'namespaces "foo" not found'],
  ['24', pod({ containers: [container()] }, { namespace: 'foo' }), [namespace('foo', {}, { phase: 'Terminating' })],
    'pods "web" is forbidden: unable to create new content in namespace foo because it is being terminated'],
  ['25', plain, [quota({ pods: '10' }, { pods: '10' })], 'pods "web" is forbidden: exceeded quota: q, requested: pods=1, used: pods=10, limited: pods=10'],
  ['26', plain, [quota({ 'limits.cpu': '1', 'requests.memory': '1Gi' }, {})],
    'pods "web" is forbidden: failed quota: q: must specify limits.cpu for: web; requests.memory for: web'],
  ['26 nothing counted', plain, [quota({ pods: '1' }, {})], 'pods "web" is forbidden: status unknown for quota: q, resources: pods'],
  ['26 uninitialised', plain, [named('v1', 'ResourceQuota', 'q', { spec: { hard: { pods: '0' } } })], 'admitted'],
  ['27 maximum', sized({ limits: { cpu: '2' } }), [limits({ type: 'Container', max: { cpu: '1' } })],
    'pods "web" is forbidden: maximum cpu usage per Container is 1, but limit is 2'],
  ['27 minimum', sized({ requests: { memory: '32Mi' } }), [limits({ type: 'Container', min: { memory: '64Mi' } })],
    'pods "web" is forbidden: minimum memory usage per Container is 64Mi, but request is 32Mi'],
  ['27 ratio', sized({ requests: { cpu: '1' }, limits: { cpu: '4' } }), [limits({ type: 'Container', maxLimitRequestRatio: { cpu: '2' } })],
    'pods "web" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000'],
  ['27 several', sized({ requests: { cpu: '2', memory: '1Mi' }, limits: { cpu: '2' } }), [limits({ type: 'Container', max: { cpu: '1' }, min: { memory: '2Mi' } })],
    'pods "web" is forbidden: [minimum memory usage per Container is 2Mi, but request is 1Mi, maximum cpu usage per Container is 1, but limit is 2]'],
  ['28 account', pod({ containers: [container()], serviceAccountName: 'foo' }), [],
    'pods "web" is forbidden: error looking up service account default/foo: serviceaccount "foo" not found'],
  ['28 account, generated name', { ...pod({ containers: [container()], serviceAccountName: 'foo' }), metadata: { generateName: 'web-7d4-', namespace: 'bare' } }, [namespace('bare')],
    'pods "web-7d4-" is forbidden: error looking up service account bare/foo: serviceaccount "foo" not found'],
  ['28 priority', pod({ containers: [container()], priorityClassName: 'foo' }), [], 'pods "web" is forbidden: no PriorityClass with name foo was found'],
  ['runtime class', pod({ containers: [container()], runtimeClassName: 'kata' }), [],
    'pods "web" is forbidden: pod rejected: RuntimeClass "kata" not found'],
  ['PodSecurity restricted', plain, [namespace('default', { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } })],
    'pods "web" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "web" must set '
    + 'securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "web" must set '
    + 'securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true), '
    + 'seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")'],
  ['PodSecurity baseline', pod({ hostNetwork: true, containers: [container({ securityContext: { privileged: true } })] }),
    [namespace('default', { labels: { 'pod-security.kubernetes.io/enforce': 'baseline', 'pod-security.kubernetes.io/enforce-version': 'v1.30' } })],
    'pods "web" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true), privileged (container "web" must not set '
    + 'securityContext.privileged=true)'],
];

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
  return 'admitted';
}

describe('refusals (A12)', () => {
  it.each(REFUSALS)('%s', (_rule, object, others, message) => {
    // The row's own namespaces come before the plain one.
    const reader = readerOf([...others, ...BASE]);
    expect(refusalOf(() => admit(object, [], { reader }))).toBe(message);
  });

  it('24: the cause says which namespace', () => {
    const reader = readerOf([namespace('foo', { deletionTimestamp: '2026-01-01T00:00:00Z' })]);
    expect(() => admit(pod({ containers: [container()] }, { namespace: 'foo' }), [], { reader })).toThrow(expect.objectContaining({
      status: expect.objectContaining({
        details: expect.objectContaining({
          causes: [{ reason: 'NamespaceTerminating', message: 'namespace foo is being terminated', field: 'metadata.namespace' }],
        }),
      }),
    }));
  });

  it('24: the first namespaces stay', () => {
    expect(() => admit(namespace('default'), [], { operation: 'DELETE' })).toThrow('namespaces "default" is forbidden: this namespace may not be deleted');
    expect(() => admit(namespace('foo'), [], { operation: 'DELETE' })).not.toThrow();
  });
});

describe('other kinds (A9)', () => {
  it('quota is used up', () => {
    const reader = readerOf([...BASE, quota({ pods: '2', 'requests.cpu': '1' }, { pods: '1', 'requests.cpu': '200m' })]);
    admit(sized({ requests: { cpu: '300m' } }), [], { reader });
    expect(reader.list(resourceOf(quota({}, {})))[0]).toMatchObject({ status: { used: { pods: '2', 'requests.cpu': '500m' } } });
    expect(() => admit(sized({ requests: { cpu: '300m' } }), [], { reader })).toThrow('exceeded quota: q');
  });

  it('a workload that would be refused is warned of', () => {
    const warned = namespace('default', { labels: { 'pod-security.kubernetes.io/warn': 'baseline' } });
    const deployment = named('apps/v1', 'Deployment', 'web', {
      spec: { selector: { matchLabels: { a: 'b' } }, template: { spec: { hostPID: true, containers: [container()] } } },
    });
    expect(admit(deployment, [], { reader: readerOf([warned, ...BASE]) }).warnings)
      .toEqual(['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']);
  });

  it('whoever raises a namespace is told of its Pods', () => {
    const raised = namespace('default', { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } });
    const bad = (name: string): Json => ({ ...pod({ hostPID: true, containers: [container()] }), metadata: { name, namespace: 'default' } });
    expect(admit(raised, [bad('a'), bad('b')], { operation: 'UPDATE', old: namespace('default') }).warnings).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "baseline:latest"', 'a (and 1 other pod): host namespaces',
    ]);
  });

  it('claims get the youngest default class and a finalizer, nodes a taint, ingresses a class', () => {
    const isDefault = { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true', 'ingressclass.kubernetes.io/is-default-class': 'true' } };
    const classes = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'].map((creationTimestamp, index) =>
      named('storage.k8s.io/v1', 'StorageClass', `c${index}`, { provisioner: 'p' }, { ...isDefault, creationTimestamp }));
    expect(admit(named('v1', 'PersistentVolumeClaim', 'x', { spec: {} }), classes).object)
      .toMatchObject({ metadata: { finalizers: ['kubernetes.io/pvc-protection'] }, spec: { storageClassName: 'c1' } });
    expect(admit(named('v1', 'Node', 'n')).object).toMatchObject({ spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] } });
    expect(admit(named('networking.k8s.io/v1', 'Ingress', 'i', { spec: {} }), [named('networking.k8s.io/v1', 'IngressClass', 'nginx', {}, isDefault)]).object)
      .toMatchObject({ spec: { ingressClassName: 'nginx' } });
  });
});
