/** What the API says of changes that it does not allow. FIDELITY A12 13 to 18, 34, 40 and I14. */
import { describe, expect, it } from 'vitest';
import { container, deployment, type Json, pod, service, template, updateErrors } from './support.ts';

const one = (more: Json): Json => pod({ containers: [container(more)] });
const kind = (apiVersion: string, kindName: string, body: Json, name = 'x'): Json =>
  ({ apiVersion, kind: kindName, metadata: { name, namespace: 'default', uid: 'u1' }, ...body });
const job = (spec: Json): Json => kind('batch/v1', 'Job', {
  spec: { template: { spec: { containers: [container()], restartPolicy: 'Never' } }, ...spec },
});
const statefulSet = (spec: Json): Json => kind('apps/v1', 'StatefulSet', {
  spec: { serviceName: 'web', selector: { matchLabels: { app: 'web' } }, template: template(), ...spec },
});
const claim = (storage: string, mode = 'ReadWriteOnce'): Json => kind('v1', 'PersistentVolumeClaim', {
  spec: { accessModes: [mode], resources: { requests: { storage } } },
});
const binding = (name: string): Json => kind('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { kind: 'ClusterRole', name } });

const POD_UPDATE = 'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,'
  + '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to '
  + 'be set to 1 if it was previously negative)\n';

/** The object as it is stored, with other fields of its spec: what a patch leads to. */
const patched = (spec: Json) => (old: Json): Json => ({ ...old, spec: { ...(old['spec'] as Json), ...spec } });

const ROWS: readonly (readonly [rule: string, old: Json, next: Json | ((old: Json) => Json), errors: readonly string[]])[] = [
  ['13 selector', deployment(), deployment({ selector: { matchLabels: { app: 'b' } }, template: template({}, { app: 'b' }) }), [
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"b"}, '
    + 'MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
  ]],
  ['13 selector, labels kept', deployment(), deployment({ selector: { matchLabels: { app: 'b' } } }), [
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"b"}, '
    + 'MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
  ]],
  ['14 env', one({}), one({ env: [{ name: 'A', value: 'b' }] }), [
    `${POD_UPDATE}  core.PodSpec{\n  \t... // 2 identical fields\n  \tContainers: []core.Container{\n  \t\t{\n  \t\t\t... // 7 identical fields\n`
    + '- \t\t\tEnv: nil,\n+ \t\t\tEnv: []core.EnvVar{{Name: "A", Value: "b"}},\n'
    + '  \t\t\t... // 16 identical fields\n  \t\t},\n  \t},\n  \t... // 31 identical fields\n  }\n',
  ]],
  ['14 node', pod({ containers: [container()] }), pod({ containers: [container()], nodeName: 'n1' }), [
    `${POD_UPDATE}  core.PodSpec{\n  \t... // 11 identical fields\n- \tNodeName: "",\n+ \tNodeName: "n1",\n  \t... // 22 identical fields\n  }\n`,
  ]],
  ['14 image is fine', one({}), one({ image: 'nginx:1.26' }), []],
  ['14 containers', one({}), pod({ containers: [container(), container({ name: 'b' })] }),
    ['spec.containers: Forbidden: pod updates may not add or remove containers']],
  ['14 toleration added', one({}), pod({ containers: [container()], tolerations: [{ key: 'a', operator: 'Exists' }] }), []],
  ['14 toleration taken', pod({ containers: [container()], tolerations: [{ key: 'a', operator: 'Exists' }] }), one({}),
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds']],
  ['14 gate taken', pod({ containers: [container()], schedulingGates: [{ name: 'a' }] }), one({}), []],
  ['15 StatefulSet', statefulSet({}), statefulSet({ serviceName: 'other' }), [
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
    + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ]],
  ['15 replicas are fine', statefulSet({}), statefulSet({ replicas: 3, template: template({ nodeName: 'n' }) }), []],
  ['16 claim', claim('1Gi'), claim('1Gi', 'ReadWriteMany'), [
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n'
    + '  core.PersistentVolumeClaimSpec{\n  \tAccessModes: []core.PersistentVolumeAccessMode{\n- \t\t"ReadWriteOnce",\n'
    + '+ \t\t"ReadWriteMany",\n  \t},\n  \t... // 8 identical fields\n  }\n',
  ]],
  ['17 Job completions', job({}), patched({ completions: 3 }), ['spec.completions: Invalid value: 3: field is immutable']],
  ['18 immutable', kind('v1', 'ConfigMap', { immutable: true, data: { a: 'b' } }), kind('v1', 'ConfigMap', { immutable: true, data: { a: 'c' } }),
    ['data: Forbidden: field is immutable when `immutable` is set']],
  ['18 mutable again', kind('v1', 'ConfigMap', { immutable: true }), kind('v1', 'ConfigMap', {}),
    ['immutable: Forbidden: field is immutable when `immutable` is set']],
  ['18 Secret type', kind('v1', 'Secret', {}), kind('v1', 'Secret', { type: 'example.com/other' }),
    ['type: Invalid value: "example.com/other": field is immutable']],
  ['34 cluster IP', service({ ports: [{ port: 80 }] }), patched({ clusterIP: '10.96.0.99' }),
    ['spec.clusterIPs[0]: Invalid value: []string{"10.96.0.99"}: may not change once set']],
  ['34 a replaced cluster IP', service({ ports: [{ port: 80 }] }), service({ clusterIP: '10.96.0.99', ports: [{ port: 80 }] }),
    ['spec.clusterIPs[0]: Invalid value: []string(nil): primary clusterIP can not be unset', 'spec.clusterIPs: Required value']],
  ['34 a port is fine', service({ ports: [{ port: 80 }] }), service({ ports: [{ port: 81 }] }), []],
  ['40 roleRef', binding('view'), binding('edit'), [
    'roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"edit"}: cannot change roleRef',
  ]],
  ['StorageClass', kind('storage.k8s.io/v1', 'StorageClass', { provisioner: 'a.com/b' }), kind('storage.k8s.io/v1', 'StorageClass', { provisioner: 'a.com/c' }),
    ['provisioner: Forbidden: updates to provisioner are forbidden.']],
  ['PriorityClass', kind('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 }), kind('scheduling.k8s.io/v1', 'PriorityClass', { value: 2 }),
    ['value: Forbidden: may not be changed in an update.']],
];

describe('errors of an update (A12, I14)', () => {
  it.each(ROWS)('%s', (_rule, old, next, errors) => {
    expect(updateErrors(next, old)).toEqual(errors);
  });

  it('17 Job template', () => {
    const [error, ...more] = updateErrors((old) => {
      const { template: before } = old['spec'] as { template: Json };
      return patched({ template: { ...before, spec: { containers: [container({ image: 'a' })], restartPolicy: 'Never' } } })(old);
    }, job({}));
    expect(more).toEqual([]);
    expect(error).toMatch(/^spec\.template: Invalid value: core\.PodTemplateSpec\{ObjectMeta:v1\.ObjectMeta\{.*: field is immutable$/);
  });

  it('debug containers may be added, not changed', () => {
    const debug = (image: string): Json => pod({ containers: [container()], ephemeralContainers: [{ name: 'debug', image }] });
    expect(updateErrors(debug('busybox'), one({}), 'ephemeralcontainers')).toEqual([]);
    expect(updateErrors(debug('alpine'), debug('busybox'), 'ephemeralcontainers'))
      .toEqual(['spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be changed\n']);
  });

  it('a resize changes cpu and memory, and not the class of service', () => {
    const sized = (cpu: string): Json => one({ resources: { requests: { cpu } } });
    expect(updateErrors(sized('2'), sized('1'), 'resize')).toEqual([]);
    expect(updateErrors(one({}), sized('1'), 'resize'))
      .toEqual([
        'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
        'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
      ]);
    const limited = (memory: string, more: Json = {}): Json => one({ resources: { limits: { memory }, requests: { memory: '1Mi' } }, ...more });
    expect(updateErrors(limited('1Gi'), limited('2Gi'), 'resize')).toEqual([
      'spec.containers[0].resources.limits[memory]: Forbidden: memory limits cannot be decreased unless resizePolicy is RestartContainer',
    ]);
    const restarts = { resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] };
    expect(updateErrors(limited('1Gi', restarts), limited('2Gi', restarts), 'resize')).toEqual([]);
    const stored = (size: string): Json => one({ resources: { requests: { cpu: '1', 'ephemeral-storage': size } } });
    expect(updateErrors(stored('2Gi'), stored('1Gi'), 'resize')).toEqual(['spec: Forbidden: only cpu and memory resources are mutable']);
  });
});
