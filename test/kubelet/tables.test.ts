/** The kubelet's pure decisions, as tables. FIDELITY D1, D2, D4 to D6, D10, D11, D15. */
import { describe, expect, it } from 'vitest';
import type { Container, ContainerStatus, Pod, PodSpec, Probe } from '../../src/api/generated/types.ts';
import { createBackOff } from '../../src/kubelet/back-off.ts';
import { oomScoreAdjust } from '../../src/kubelet/container-config.ts';
import { hostsFile, podDns, podHostname } from '../../src/kubelet/dns.ts';
import { makeEnvironment, serviceVariables, type EnvironmentFacts } from '../../src/kubelet/environment.ts';
import { memoryMessage, rankByMemory, storageMessage, type Candidate } from '../../src/kubelet/eviction-rank.ts';
import { expand } from '../../src/kubelet/expansion.ts';
import { computePodActions, type ProbeVerdict } from '../../src/kubelet/pod-actions.ts';
import { podConditions } from '../../src/kubelet/pod-conditions.ts';
import { podPhase } from '../../src/kubelet/pod-phase.ts';
import type { ContainerRecord, PodView } from '../../src/kubelet/pod-view.ts';
import { afterResult, initialState, type ProbeState, type ProbeType } from '../../src/kubelet/probes/probe-state.ts';

const pod = (spec: Partial<PodSpec>): Pod => ({ metadata: { name: 'web', namespace: 'shop', uid: 'u' }, spec: { containers: [], ...spec } });
const named = (...names: string[]): Container[] => names.map((name) => ({ name, image: 'img' }));
const sidecar = (name: string): Container => ({ name, image: 'img', restartPolicy: 'Always' });

/** "a:running", "a:exited0", "a:created"; newest first. */
function view(sandbox: 'ready' | 'notready' | 'none', ...containers: string[]): PodView {
  return {
    sandboxes: sandbox === 'none' ? [] : [{ id: 's', state: sandbox, ip: '10.1.1.1', createdAtMs: 0, config: { attempt: 0 } }],
    containers: containers.map((text): ContainerRecord => {
      const [name = '', what = ''] = text.split(':');
      const exited = what.startsWith('exited');
      return {
        id: name, config: { name, attempt: 0, image: 'img' }, state: exited ? 'exited' : what as 'running', createdAtMs: 0, imageId: '', imageRef: '',
        ...(exited && { exitCode: Number(what.slice(6)) }),
      };
    }),
  };
}

describe('computePodActions', () => {
  const rows: readonly (readonly [string, Partial<PodSpec>, PodView, string, Record<string, ProbeVerdict>?])[] = [
    ['a new Pod', { containers: named('a', 'b') }, view('none'), 'sandbox#0 start a b'],
    ['a new Pod with init containers', { initContainers: named('i', 'j'), containers: named('a') }, view('none'), 'sandbox#0 init i'],
    ['the first init container runs', { initContainers: named('i', 'j'), containers: named('a') }, view('ready', 'i:running'), ''],
    ['the first is done', { initContainers: named('i', 'j'), containers: named('a') }, view('ready', 'i:exited0'), 'init j'],
    ['the last is done', { initContainers: named('i', 'j'), containers: named('a') }, view('ready', 'j:exited0', 'i:exited0'), 'start a'],
    ['an init container failed', { initContainers: named('i'), containers: named('a') }, view('ready', 'i:exited1'), 'init i'],
    ['an init container failed for good', { restartPolicy: 'Never', initContainers: named('i'), containers: named('a') }, view('ready', 'i:exited1'), 'kill'],
    ['a sidecar is up', { initContainers: [sidecar('s'), ...named('i')], containers: named('a') }, view('ready', 's:running'), 'init i'],
    ['a sidecar whose startup probe has not answered', { initContainers: [{ ...sidecar('s'), startupProbe: {} }, ...named('i')], containers: named('a') }, view('ready', 's:running'), ''],
    ['a sidecar that has started', { initContainers: [{ ...sidecar('s'), startupProbe: {} }], containers: named('a') }, view('ready', 's:running'), 'start a', { 'startup s': 'success' }],
    ['a sidecar ended while the Pod runs', { initContainers: [sidecar('s')], containers: named('a') }, view('ready', 'a:running', 's:exited1'), 'init s'],
    ['all runs', { containers: named('a', 'b') }, view('ready', 'a:running', 'b:running'), ''],
    ['one ended', { containers: named('a', 'b') }, view('ready', 'a:exited0', 'b:running'), 'start a'],
    ['one ended well under OnFailure', { restartPolicy: 'OnFailure', containers: named('a', 'b') }, view('ready', 'a:exited0', 'b:running'), ''],
    ['one failed under OnFailure', { restartPolicy: 'OnFailure', containers: named('a', 'b') }, view('ready', 'a:exited1', 'b:running'), 'start a'],
    ['one failed under Never', { restartPolicy: 'Never', containers: named('a', 'b') }, view('ready', 'a:exited1', 'b:running'), ''],
    ['all ended under Never', { restartPolicy: 'Never', containers: named('a') }, view('ready', 'a:exited1'), 'kill'],
    ['the sandbox is gone', { containers: named('a') }, view('notready', 'a:exited137'), 'kill sandbox#1 start a'],
    ['the sandbox is gone under Never', { restartPolicy: 'Never', containers: named('a') }, view('notready', 'a:exited137'), 'kill'],
    ['the sandbox is gone after success under OnFailure', { restartPolicy: 'OnFailure', containers: named('a') }, view('notready', 'a:exited0'), 'kill'],
    ['liveness failed', { containers: named('a') }, view('ready', 'a:running'), 'stop "Container a failed liveness probe, will be restarted" start a', { 'liveness a': 'failure' }],
    ['liveness failed under Never', { restartPolicy: 'Never', containers: named('a', 'b') }, view('ready', 'a:running', 'b:running'), 'stop "Container a failed liveness probe"', { 'liveness a': 'failure' }],
    ['startup failed', { containers: named('a') }, view('ready', 'a:running'), 'stop "Container a failed startup probe, will be restarted" start a', { 'startup a': 'failure' }],
    ['another image', { containers: [{ name: 'a', image: 'other' }] }, view('ready', 'a:running'), 'stop "Container a definition changed, will be restarted" start a'],
    ['a new ephemeral container', { containers: named('a'), ephemeralContainers: named('debug') }, view('ready', 'a:running'), 'ephemeral debug'],
    ['an ephemeral container has ended', { containers: named('a'), ephemeralContainers: named('debug') }, view('ready', 'debug:exited0', 'a:running'), ''],
  ];
  it.each(rows.map(([name, spec, before, expected, verdicts = {}]) => ({ name, spec, before, expected, verdicts })))('$name', ({ spec, before, expected, verdicts }) => {
    const actions = computePodActions(pod(spec), before, { startup: (id) => verdicts[`startup ${id}`], liveness: (id) => verdicts[`liveness ${id}`] });
    const list = (word: string, containers: readonly Container[]): string[] => (containers.length === 0 ? [] : [word, ...containers.map((each) => each.name)]);
    const text = [
      ...(actions.killPod && actions.sandboxId !== undefined ? ['kill'] : []), ...(actions.createSandbox ? [`sandbox#${actions.attempt}`] : []),
      ...actions.toKill.map((kill) => `stop "${kill.message}"`), ...list('ephemeral', actions.ephemeralToStart), ...list('init', actions.initToStart), ...list('start', actions.toStart),
    ].join(' ');
    expect(text).toBe(expected);
  });
});

/** "a:running", "a:waiting", "a:ended0", "a:again1" (waits, and ended before). */
function statuses(...texts: string[]): ContainerStatus[] {
  return texts.map((text) => {
    const [name = '', what = ''] = text.split(':');
    const base = { name, image: '', imageID: '', ready: what === 'running', restartCount: 0, started: what === 'running' };
    if (what === 'running') return { ...base, state: { running: {} } };
    if (what === 'waiting') return { ...base, state: { waiting: {} } };
    const terminated = { exitCode: Number(what.slice(5)) };
    return what.startsWith('ended') ? { ...base, ready: terminated.exitCode === 0, state: { terminated } } : { ...base, state: { waiting: {} }, lastState: { terminated } };
  });
}

describe('podPhase', () => {
  const rows: readonly (readonly [string, Partial<PodSpec>, ContainerStatus[], boolean])[] = [
    ['Pending', { containers: named('a') }, statuses('a:waiting'), false],
    ['Running', { containers: named('a') }, statuses('a:running'), false],
    ['Pending', { containers: named('a', 'b') }, statuses('a:running', 'b:waiting'), false],
    ['Running', { containers: named('a') }, statuses('a:again1'), false],
    ['Running', { containers: named('a') }, statuses('a:ended1'), false],
    ['Failed', { restartPolicy: 'Never', containers: named('a') }, statuses('a:ended1'), false],
    ['Succeeded', { restartPolicy: 'Never', containers: named('a', 'b') }, statuses('a:ended0', 'b:ended0'), false],
    ['Running', { restartPolicy: 'OnFailure', containers: named('a') }, statuses('a:ended1'), false],
    ['Succeeded', { restartPolicy: 'OnFailure', containers: named('a') }, statuses('a:ended0'), false],
    ['Failed', { containers: named('a') }, statuses('a:ended137'), true],
    ['Pending', { initContainers: named('i'), containers: named('a') }, statuses('i:again1', 'a:waiting'), false],
    ['Failed', { restartPolicy: 'Never', initContainers: named('i'), containers: named('a') }, statuses('i:ended1', 'a:waiting'), false],
    ['Succeeded', { restartPolicy: 'Never', initContainers: [sidecar('s')], containers: named('a') }, statuses('s:ended137', 'a:ended0'), true],
  ];
  it.each(rows)('%s: %j %j terminal %s', (expected, spec, given, terminal) => expect(podPhase(pod(spec), given, terminal)).toBe(expected));
});

describe('podConditions', () => {
  const told = (spec: Partial<PodSpec>, phase: string, init: ContainerStatus[], main: ContainerStatus[], old = {}): string[] =>
    podConditions(pod(spec), old, { phase, sandboxReady: true, initStatuses: init, statuses: main }, 'now')
      .map((each) => [each.type, each.status, each.reason, each.message].filter((part) => part !== undefined).join('|'));
  it('names what is not there yet', () => {
    expect(told({ initContainers: named('i'), containers: named('a', 'b') }, 'Pending', statuses('i:waiting'), statuses('a:waiting', 'b:waiting'))).toEqual([
      'PodReadyToStartContainers|True', 'Initialized|False|ContainersNotInitialized|containers with incomplete status: [i]',
      'Ready|False|ContainersNotReady|containers with unready status: [a b]', 'ContainersReady|False|ContainersNotReady|containers with unready status: [a b]', 'PodScheduled|True',
    ]);
  });
  it('tells a Pod that has succeeded', () => {
    expect(told({ containers: named('a') }, 'Succeeded', [], statuses('a:ended0'))).toEqual([
      'PodReadyToStartContainers|True', 'Initialized|True|PodCompleted', 'Ready|False|PodCompleted', 'ContainersReady|False|PodCompleted', 'PodScheduled|True',
    ]);
  });
  it('asks readiness gates and keeps the conditions of others', () => {
    const spec = { containers: named('a'), readinessGates: [{ conditionType: 'example.com/gate' }] };
    expect(told(spec, 'Running', [], statuses('a:running'))[2]).toBe('Ready|False|ReadinessGatesNotReady|corresponding condition of pod readiness gate "example.com/gate" does not exist.');
    const old = { conditions: [{ type: 'example.com/gate', status: 'True' }] };
    expect(told(spec, 'Running', [], statuses('a:running'), old)).toEqual(['example.com/gate|True', 'PodReadyToStartContainers|True', 'Initialized|True', 'Ready|True', 'ContainersReady|True', 'PodScheduled|True']);
  });
  it('keeps the time of a condition that has not changed', () => {
    const old = { conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: 'then' }, { type: 'Ready', status: 'False', lastTransitionTime: 'then' }] };
    const times = Object.fromEntries(podConditions(pod({ containers: named('a') }), old, { phase: 'Running', sandboxReady: true, initStatuses: [], statuses: statuses('a:running') }, 'now').map((each) => [each.type, each.lastTransitionTime]));
    expect(times).toMatchObject({ PodScheduled: 'then', Ready: 'now' });
  });
});

describe('expand', () => {
  const values: Record<string, string> = { A: 'one', B: '$(A)', EMPTY: '' };
  it.each([
    ['$(A)', 'one'], ['x$(A)y$(A)', 'xoneyone'], ['$(B)', '$(A)'], ['$$(A)', '$(A)'], ['$$$(A)', '$one'], ['$(C)', '$(C)'], ['$(', '$('], ['$(A', '$(A'],
    ['$A', '$A'], ['$', '$'], ['cost $5', 'cost $5'], ['$(EMPTY)!', '!'], ['$$', '$'], ['$(A)$(C)', 'one$(C)'],
  ])('%s becomes %s', (text, expected) => expect(expand(text, (name) => values[name])).toBe(expected));
});

describe('the environment', () => {
  const service = (name: string, namespace: string, clusterIP: string, ...ports: { name?: string; port: number; protocol?: string }[]) => ({ metadata: { name, namespace }, spec: { clusterIP, ports } });
  const services = [
    service('kubernetes', 'default', '10.96.0.1', { name: 'https', port: 443, protocol: 'TCP' }), service('redis-primary', 'shop', '10.96.0.11', { port: 6379 }),
    service('headless', 'shop', 'None', { port: 80 }), service('other', 'elsewhere', '10.96.0.12', { port: 80 }),
  ];
  const facts: EnvironmentFacts = {
    services, allocatable: { cpu: '4', memory: '8Gi' }, nodeName: 'n', hostIP: '10.0.0.1', podIP: '10.1.1.1',
    configMap: (name) => (name === 'cm' ? { data: { COLOR: 'blue', 'not valid': 'x' } } : undefined), secret: (name) => (name === 's' ? { data: { KEY: 'c2VjcmV0' } } : undefined),
  };
  const env = (container: Partial<Container>, spec: Partial<PodSpec> = {}) => Object.fromEntries(makeEnvironment(pod({ enableServiceLinks: false, ...spec }), { name: 'c', ...container }, facts));
  it('tells of Services of its namespace and of kubernetes', () => {
    expect(Object.fromEntries(serviceVariables(pod({}), services))).toEqual({
      KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443', KUBERNETES_SERVICE_PORT_HTTPS: '443', KUBERNETES_PORT: 'tcp://10.96.0.1:443',
      KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443', KUBERNETES_PORT_443_TCP_PROTO: 'tcp', KUBERNETES_PORT_443_TCP_PORT: '443', KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
      REDIS_PRIMARY_SERVICE_HOST: '10.96.0.11', REDIS_PRIMARY_SERVICE_PORT: '6379', REDIS_PRIMARY_PORT: 'tcp://10.96.0.11:6379',
      REDIS_PRIMARY_PORT_6379_TCP: 'tcp://10.96.0.11:6379', REDIS_PRIMARY_PORT_6379_TCP_PROTO: 'tcp', REDIS_PRIMARY_PORT_6379_TCP_PORT: '6379', REDIS_PRIMARY_PORT_6379_TCP_ADDR: '10.96.0.11',
    });
  });
  it('without links it tells of kubernetes only', () => expect([...serviceVariables(pod({ enableServiceLinks: false }), services).keys()].every((key) => key.startsWith('KUBERNETES_'))).toBe(true));
  it.each<readonly [string, Partial<Container>, Record<string, string>]>([
    ['values that use earlier ones', { env: [{ name: 'A', value: '1' }, { name: 'B', value: '$(A)$(Z)' }] }, { A: '1', B: '1$(Z)' }],
    ['a ConfigMap and a Secret', { envFrom: [{ configMapRef: { name: 'cm' }, prefix: 'P_' }, { secretRef: { name: 's' } }] }, { P_COLOR: 'blue', KEY: 'secret' }],
    ['env over envFrom', { envFrom: [{ configMapRef: { name: 'cm' } }], env: [{ name: 'COLOR', value: 'red' }] }, { COLOR: 'red' }],
    ['optional ones that are absent', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'y', optional: true } } }], envFrom: [{ configMapRef: { name: 'x', optional: true } }] }, {}],
    ['fields', { env: [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, { name: 'I', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] }, { N: 'web', I: '10.1.1.1' }],
    ['resources', { resources: { limits: { cpu: '1500m' } }, env: [
      { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }, { name: 'M', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Gi' } } },
      { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } }] }, { C: '2', M: '8', D: '1500' }],
  ])('takes %s', (_name, container, expected) => {
    const own = Object.fromEntries(Object.entries(env(container)).filter(([name]) => !name.startsWith('KUBERNETES_')));
    expect(own).toEqual(expected);
  });
});

describe('back-off', () => {
  it('doubles from 10 s to 300 s, and forgets after ten minutes', () => {
    const backOff = createBackOff();
    const waits: number[] = [];
    let now = 0;
    for (let round = 0; round < 7; round += 1) {
      const until = backOff.until('k', now, now);
      waits.push(until === undefined ? 0 : until - now);
      now = until ?? now;
      backOff.next('k', now, now);
      now += 1000;
    }
    expect(waits).toEqual([0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000]);
    expect(backOff.until('k', now + 600_001, now + 600_001)).toBeUndefined();
    backOff.next('k', now + 600_001, now + 600_001);
    expect(backOff.get('k')).toBe(10_000);
  });
});

describe('a probe', () => {
  const verdicts = (type: ProbeType, probe: Probe, results: string): string => {
    let state: ProbeState = initialState(type);
    return [...results].map((each) => (state = afterResult(state, each === '+' ? 'success' : 'failure', probe)).verdict[0]).join('');
  };
  it.each([
    ['Readiness', {}, '+--+---+', 'ssssssfs'], ['Readiness', { successThreshold: 2 }, '+++', 'fss'], ['Liveness', {}, '--+---', 'sssssf'], ['Liveness', { failureThreshold: 1 }, '-', 'f'], ['Startup', { failureThreshold: 2 }, '-+', 'us'],
  ] as const)('%s %j: %s gives %s', (type, probe, results, expected) => expect(verdicts(type, probe, results)).toBe(expected));
});

describe('the score for the kernel', () => {
  const of = (resources: Container['resources'], spec: Partial<PodSpec> = {}): Pod => pod({ containers: [{ name: 'c', resources }], ...spec });
  it.each([
    [of({ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }), 1024 ** 3, -997], [of({}), 0, 1000],
    [of({ requests: { memory: '4Gi' } }), 4 * 1024 ** 3, 500], [of({ requests: { memory: '1Mi' } }), 1024 ** 2, 999], [of({ requests: { memory: '8Gi' } }), 8 * 1024 ** 3, 3],
    [of({}, { priority: 2_000_001_000 }), 0, -997],
  ])('%j with %d bytes is %d', (given, request, expected) => expect(oomScoreAdjust(given, request, 8 * 1024 ** 3)).toBe(expected));
});

describe('DNS', () => {
  const cluster = { clusterDomain: 'cluster.local', clusterDns: ['10.96.0.10'], node: { servers: ['8.8.8.8'], searches: ['lan'], options: [] } };
  it.each([
    [{}, '10.96.0.10|shop.svc.cluster.local svc.cluster.local cluster.local lan|ndots:5'], [{ dnsPolicy: 'Default' }, '8.8.8.8|lan|'], [{ hostNetwork: true }, '8.8.8.8|lan|'],
    [{ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, '10.96.0.10|shop.svc.cluster.local svc.cluster.local cluster.local lan|ndots:5'],
    [{ dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'], searches: ['x'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] } }, '1.1.1.1|x|ndots:2 edns0'],
    [{ dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }, '10.96.0.10|shop.svc.cluster.local svc.cluster.local cluster.local lan|ndots:1'],
  ])('%j', (spec, expected) => {
    const { servers, searches, options } = podDns(pod(spec), cluster);
    expect([servers.join(' '), searches.join(' '), options.join(' ')].join('|')).toBe(expected);
  });
  it('writes /etc/hosts', () => {
    const of = pod({ hostname: 'web-0', subdomain: 'db', hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] });
    const text = hostsFile(of, '10.1.1.1', podHostname(of, 'cluster.local', 'n'));
    expect(text.startsWith('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n')).toBe(true);
    expect(text.endsWith('10.1.1.1\tweb-0.db.shop.svc.cluster.local\tweb-0\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n')).toBe(true);
  });
});

describe('eviction', () => {
  const candidate = (name: string, memoryMi: number, requestMi: number, priority = 0): Candidate => ({
    pod: { metadata: { name }, spec: { priority, containers: [{ name: 'c', resources: { requests: { memory: `${requestMi}Mi` } } }] } },
    usage: { namespace: '', name, uid: name, startedAtMs: 0, cpuNanoCores: 0, cpuMs: 0, memoryBytes: memoryMi * 1024 ** 2, containers: [{ name: 'c', startedAtMs: 0, cpuNanoCores: 0, cpuMs: 0, memoryBytes: memoryMi * 1024 ** 2, filesBytes: 0 }] },
  });
  it('takes who exceeds the request, then the lower priority, then the larger excess', () => {
    const all = [candidate('within', 900, 1000), candidate('important', 500, 100, 10), candidate('little', 200, 100), candidate('much', 400, 100)];
    expect(rankByMemory(all).map((each) => each.pod.metadata?.name)).toEqual(['much', 'little', 'important', 'within']);
  });
  it('says why', () => {
    expect(memoryMessage(candidate('a', 200, 100), 100 * 1024 ** 2, 50 * 1024 ** 2))
      .toBe('The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 200Mi, request is 100Mi, has larger consumption of memory. ');
  });
  it.each([
    [{ volumes: [{ name: 'd', emptyDir: { sizeLimit: '1Mi' } }], containers: named('c') }, { d: 2e6 }, {}, 'Usage of EmptyDir volume "d" exceeds the limit "1Mi". '],
    [{ containers: [{ name: 'c', resources: { limits: { 'ephemeral-storage': '1Mi' } } }] }, {}, { c: 2e6 }, 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. '],
    [{ containers: [{ name: 'c', resources: { limits: { 'ephemeral-storage': '1Mi' } } }, { name: 'd' }] }, {}, { c: 2e6 }, 'Container c exceeded its local ephemeral storage limit "1Mi". '],
    [{ containers: [{ name: 'c', resources: { limits: { 'ephemeral-storage': '3Mi' } } }] }, {}, { c: 2e6 }, undefined],
  ])('tells which limit on storage was passed: %j', (spec, volumes, containers, expected) => {
    expect(storageMessage(pod(spec), { emptyDirs: new Map(Object.entries(volumes)), containers: new Map(Object.entries(containers)) })).toBe(expected);
  });
});
