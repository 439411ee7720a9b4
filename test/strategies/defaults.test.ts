/** What the API adds to a manifest. FIDELITY A11 and E1. */
import { describe, expect, it } from 'vitest';
import type { Deployment, Job, Pod, Secret, Service } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { defaultPullPolicy } from '../../src/apiserver/strategies/pod-defaults.ts';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { freeze } from '../../src/base/json.ts';
import { container, contextFor, deployment, type Json, pod, prepared, resourceOf, service } from './support.ts';

const defaulted = <T extends KubeObject>(object: Json): T => strategyFor(resourceOf(object)).applyDefaults(freeze(object) as KubeObject) as T;
const kind = (apiVersion: string, kindName: string, body: Json): Json => ({ apiVersion, kind: kindName, metadata: { name: 'x', uid: 'u1' }, ...body });

describe('defaults (A11)', () => {
  it('of a Pod', () => {
    const spec = defaulted<Pod>(pod({ containers: [container({ ports: [{ containerPort: 80 }] })] })).spec;
    expect(spec).toEqual({
      containers: [{
        name: 'web', image: 'nginx:1.25', imagePullPolicy: 'IfNotPresent', resources: {}, terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File', ports: [{ containerPort: 80, protocol: 'TCP' }],
      }],
      dnsPolicy: 'ClusterFirst', enableServiceLinks: true, restartPolicy: 'Always', schedulerName: 'default-scheduler', securityContext: {},
      terminationGracePeriodSeconds: 30,
    });
  });

  it('of probes, volumes and environment', () => {
    const { containers, volumes } = defaulted<Pod>(pod({
      containers: [container({
        livenessProbe: { httpGet: { port: 80 } }, env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      })],
      volumes: [{ name: 'a' }, { name: 'b', configMap: { name: 'c' } }, { name: 'd', hostPath: { path: '/x' } }],
    })).spec!;
    expect(containers[0]?.livenessProbe).toEqual({
      httpGet: { port: 80, path: '/', scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3,
    });
    expect(containers[0]?.env?.[0]?.valueFrom?.fieldRef).toEqual({ apiVersion: 'v1', fieldPath: 'metadata.name' });
    expect(volumes).toEqual([
      { name: 'a', emptyDir: {} }, { name: 'b', configMap: { name: 'c', defaultMode: 420 } }, { name: 'd', hostPath: { path: '/x', type: '' } },
    ]);
  });

  it.each([
    ['nginx', 'Always'], ['nginx:latest', 'Always'], ['nginx:1.25', 'IfNotPresent'], ['localhost:5000/nginx', 'Always'],
    ['localhost:5000/nginx:1', 'IfNotPresent'], ['nginx@sha256:abc', 'IfNotPresent'],
  ])('pull policy of %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });

  it('a Pod asks for its limits, a template does not', () => {
    const limits = { limits: { cpu: '0.5', memory: '1024Mi' } };
    expect(defaulted<Pod>(pod({ containers: [container({ resources: limits })] })).spec?.containers[0]?.resources)
      .toEqual({ limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } });
    const inTemplate = defaulted<Deployment>(deployment({ template: { spec: { containers: [container({ resources: limits })] } } }));
    expect(inTemplate.spec?.template.spec?.containers[0]?.resources).toEqual({ limits: { cpu: '500m', memory: '1Gi' } });
  });

  it('of a Deployment', () => {
    const { template: _, selector: __, ...spec } = defaulted<Deployment>(deployment()).spec!;
    expect(spec).toEqual({
      replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
  });

  it('a Job selects by its uid and takes its labels from the template', () => {
    const job = prepared<Job>(kind('batch/v1', 'Job', {
      spec: { template: { metadata: { labels: { app: 'pi' } }, spec: { containers: [container()], restartPolicy: 'Never' } } },
    }));
    expect(job.metadata?.labels).toEqual({ app: 'pi' });
    expect(job.spec).toMatchObject({
      backoffLimit: 6, completions: 1, parallelism: 1, completionMode: 'NonIndexed', suspend: false, podReplacementPolicy: 'TerminatingOrFailed',
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } },
      template: {
        metadata: {
          labels: {
            app: 'pi', 'controller-uid': 'u1', 'job-name': 'x', 'batch.kubernetes.io/controller-uid': 'u1', 'batch.kubernetes.io/job-name': 'x',
          },
        },
      },
    });
  });

  it('a Secret keeps stringData as data', () => {
    expect(defaulted<Secret>(kind('v1', 'Secret', { data: { a: 'eA==' }, stringData: { b: 'hi' } })))
      .toMatchObject({ type: 'Opaque', data: { a: 'eA==', b: 'aGk=' } });
    expect(defaulted<Secret>(kind('v1', 'Secret', { stringData: { b: 'hi' } })).stringData).toBeUndefined();
  });

  it('a namespace carries its name', () => {
    expect(prepared(kind('v1', 'Namespace', {}))).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' },
    });
  });

  it('a new Pod is Pending, with its class of service', () => {
    expect(prepared<Pod>(pod({ containers: [container()] })).status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
    expect(prepared<Pod>(pod({ containers: [container()], schedulingGates: [{ name: 'a' }] })).status?.conditions)
      .toEqual([expect.objectContaining({ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' })]);
  });

  it.each([
    ['Pod', pod({ containers: [container({ livenessProbe: { httpGet: { port: 80 } }, resources: { limits: { cpu: '0.5' } } })], volumes: [{ name: 'a' }] })],
    ['Deployment', deployment()],
    ['Service', service({ type: 'LoadBalancer', ports: [{ port: 80 }] })],
    ['CronJob', kind('batch/v1', 'CronJob', { spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: { containers: [container()] } } } } } })],
    ['HPA', kind('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { maxReplicas: 3, scaleTargetRef: {}, behavior: { scaleUp: {} } } })],
    ['LimitRange', kind('v1', 'LimitRange', { spec: { limits: [{ type: 'Container', max: { cpu: '1000m' } }] } })],
    ['NetworkPolicy', kind('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] } })],
  ])('come once and are shared afterwards: %s', (_kind, object) => {
    const first = freeze(defaulted(object));
    expect(strategyFor(resourceOf(object)).applyDefaults(first)).toBe(first);
  });
});

describe('services (E1, A12 34)', () => {
  const run = (spec: Json, old?: Service): Service => {
    const strategy = strategyFor(resourceOf(service(spec)));
    return strategy.allocate!(old ? strategy.prepareForUpdate(defaulted(service(spec)), old, shared) : prepared(service(spec)), old, shared) as Service;
  };
  const shared = contextFor(resourceOf(service({})));

  it('get a cluster IP and node ports, and keep them', () => {
    const created = run({ type: 'NodePort', ports: [{ port: 80 }] });
    expect(created.spec).toMatchObject({
      clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster', sessionAffinity: 'None', ports: [{ port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30001 }],
    });
    const updated = run({ type: 'NodePort', ports: [{ port: 80, targetPort: 8080 }] }, created);
    expect(updated.spec).toMatchObject({ clusterIP: '10.96.0.10', ports: [{ nodePort: 30001, targetPort: 8080 }] });
    const internal = run({ type: 'ClusterIP', ports: [{ port: 80, nodePort: 30001 }] }, updated);
    expect(internal.spec?.ports).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    expect(internal.spec?.externalTrafficPolicy).toBeUndefined();
    expect(shared.allocators.nodePorts.has(30001)).toBe(false);
  });

  it('are refused what is taken or out of range', () => {
    run({ clusterIP: '10.96.0.77', ports: [{ port: 80 }] });
    expect(() => run({ clusterIP: '10.96.0.77', ports: [{ port: 80 }] })).toThrow('Service "web" is invalid: spec.clusterIPs: Invalid value: '
      + '[]string{"10.96.0.77"}: failed to allocate IP 10.96.0.77: provided IP is already allocated');
    expect(() => run({ clusterIP: '1.2.3.4', ports: [{ port: 80 }] })).toThrow('spec.clusterIPs: Invalid value: []string{"1.2.3.4"}: failed to '
      + 'allocate IP 1.2.3.4: the provided IP (1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/12');
    expect(() => run({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] })).toThrow('spec.ports[0].nodePort: Invalid value: 80: provided '
      + 'port is not in the valid range. The range of valid ports is 30000-32767');
  });

  it('have no address of their own when headless', () => {
    expect(run({ clusterIP: 'None', ports: [{ port: 80 }] }).spec).toMatchObject({ clusterIP: 'None', clusterIPs: ['None'] });
  });
});
