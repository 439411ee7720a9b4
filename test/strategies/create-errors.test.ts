/** What the API says of manifests with mistakes. FIDELITY A12, by the numbers of its table. */
import { describe, expect, it } from 'vitest';
import { container, createErrors, deployment, type Json, pod, service, template } from './support.ts';

const one = (more: Json): Json => pod({ containers: [container(more)] });
const job = (spec: Json, name = 'pi'): Json => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'default', uid: 'u1' },
  spec: { template: { spec: { containers: [container()], restartPolicy: 'Never' } }, ...spec },
});
const cron = (spec: Json, name = 'tick'): Json => ({
  apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, namespace: 'default' },
  spec: {
    schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: { containers: [container()], restartPolicy: 'Never' } } } }, ...spec,
  },
});
const kind = (apiVersion: string, kindName: string, body: Json, name = 'x'): Json =>
  ({ apiVersion, kind: kindName, metadata: { name, namespace: 'default' }, ...body });

const cores = (value: number): string => `resource.Quantity{i:resource.int64Amount{value:${value}, scale:0}, `
  + `d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"${value}", Format:"DecimalSI"}`;

const ROWS: readonly (readonly [rule: string, object: Json, errors: readonly string[]])[] = [
  ['7 name', { ...pod({ containers: [container()] }), metadata: { name: 'Foo' } }, [
    'metadata.name: Invalid value: "Foo": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \'-\' or \'.\', '
    + "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]],
  ['8 service name', { ...service({ ports: [{ port: 80 }] }), metadata: { name: '9lives' } }, [
    "metadata.name: Invalid value: \"9lives\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    + "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    + "'[a-z]([-a-z0-9]*[a-z0-9])?')",
  ]],
  ['10 no containers', pod({}), ['spec.containers: Required value']],
  ['10 no image', one({ image: undefined }), ['spec.containers[0].image: Required value']],
  ['10 no selector', deployment({ selector: undefined }), [
    'spec.selector: Required value',
    'spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
  ]],
  ['11 Pod restartPolicy', pod({ containers: [container()], restartPolicy: 'X' }),
    ['spec.restartPolicy: Unsupported value: "X": supported values: "Always", "Never", "OnFailure"']],
  ['11 Deployment restartPolicy', deployment({ template: template({ restartPolicy: 'Never' }) }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"']],
  ['11 Job restartPolicy', job({ template: { spec: { containers: [container()] } } }),
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"']],
  ['12 selector and labels', deployment({ template: template({}, { app: 'b' }) }),
    ['spec.template.metadata.labels: Invalid value: map[string]string{"app":"b"}: `selector` does not match template `labels`']],
  ['12 empty selector', deployment({ selector: {} }), [
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: '
    + 'empty selector is invalid for deployment',
  ]],
  ['19 request above limit', one({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1']],
  ['19 unknown resource', one({ resources: { limits: { gpu: '1' } } }), [
    'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
    'spec.containers[0].resources.limits[gpu]: Invalid value: "gpu": must be a standard resource for containers',
    'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
    'spec.containers[0].resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
  ]],
  ['19 negative', one({ resources: { requests: { memory: '-1Mi' } } }),
    ['spec.containers[0].resources.requests[memory]: Invalid value: "-1Mi": must be greater than or equal to 0']],
  ['37 budget', kind('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, maxUnavailable: 1, selector: {} } }), [
    'spec: Invalid value: policy.PodDisruptionBudgetSpec{MinAvailable:&intstr.IntOrString{Type:0, IntVal:1, StrVal:""}, '
    + 'Selector:&v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}, '
    + 'MaxUnavailable:&intstr.IntOrString{Type:0, IntVal:1, StrVal:""}, '
    + 'UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}: minAvailable and maxUnavailable cannot be both set',
  ]],
  ['38 unknown volume', one({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "data"']],
  ['38 mount path twice', pod({
    volumes: [{ name: 'a' }, { name: 'b' }],
    containers: [container({ volumeMounts: [{ name: 'a', mountPath: '/x' }, { name: 'b', mountPath: '/x' }] })],
  }), ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/x": must be unique']],
  ['38 no port', one({ ports: [{ name: 'web' }] }), ['spec.containers[0].ports[0].containerPort: Required value']],
  ['38 port range', one({ ports: [{ containerPort: 70000 }] }),
    ['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive']],
  ['38 container twice', pod({ containers: [container(), container()] }), ['spec.containers[1].name: Duplicate value: "web"']],
  ['38 autoscaler', kind('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { minReplicas: 3, maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  }), ['spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`']],
  ['39 schedule', cron({ schedule: 'x' }), ['spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]']],
  ['39 schedule range', cron({ schedule: '99 * * * *' }),
    ['spec.schedule: Invalid value: "99 * * * *": end of range (99) above maximum (59): 99']],
  ['39 name', cron({}, 'a'.repeat(53)), [`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`]],
  ['40 pathType', kind('networking.k8s.io/v1', 'Ingress', {
    spec: { rules: [{ http: { paths: [{ path: '/', backend: { service: { name: 'web', port: { number: 80 } } } }] } }] },
  }), ['spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified']],
  ['41 definition name', kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    spec: {
      group: 'example.com', scope: 'Namespaced', names: { plural: 'toys', kind: 'Toy' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }, 'a'), ['metadata.name: Invalid value: "a": must be spec.names.plural+"."+spec.group']],

  ['probe without handler', one({ livenessProbe: { periodSeconds: 5 } }),
    ['spec.containers[0].livenessProbe: Required value: must specify a handler type']],
  ['probe threshold', one({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
    ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1']],
  ['two handlers', one({ readinessProbe: { exec: { command: ['true'] }, tcpSocket: { port: 80 } } }),
    ['spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type']],
  ['pull policy', one({ imagePullPolicy: 'Sometimes' }),
    ['spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"']],
  ['container name', one({ name: 'My_App' }), [
    "spec.containers[0].name: Invalid value: \"My_App\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    + "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]],
  ['env source', one({ env: [{ name: 'A', valueFrom: {} }] }), [
    'spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or '
    + '`secretKeyRef`',
  ]],
  ['env value and source', one({ env: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty']],
  ['env field', one({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.foo' } } }] }), [
    'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "status.foo": error converting fieldPath: '
    + 'field label not supported: status.foo',
  ]],
  ['two volume kinds', pod({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }], containers: [container()] }),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type']],
  ['claim name', pod({ volumes: [{ name: 'v', persistentVolumeClaim: {} }], containers: [container()] }),
    ['spec.volumes[0].persistentVolumeClaim.claimName: Required value']],
  ['init container probe', pod({ initContainers: [container({ name: 'i', livenessProbe: { tcpSocket: { port: 1 } } })], containers: [container()] }),
    ['spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always']],
  ['sidecar probe', pod({
    initContainers: [container({ name: 'i', restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1 } } })], containers: [container()],
  }), []],
  ['restartPolicy of a container', one({ restartPolicy: 'Always' }),
    ['spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers']],
  ['toleration', pod({ containers: [container()], tolerations: [{ operator: 'Equal', value: 'x' }] }), [
    'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and '
    + 'all keys"',
  ]],
  ['affinity operator', pod({
    containers: [container()],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }] },
      },
    },
  }), [
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: '
    + "Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ]],
  ['spread', pod({ containers: [container()], topologySpreadConstraints: [{ maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'Maybe' }] }), [
    'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
    'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Maybe": supported values: "DoNotSchedule", "ScheduleAnyway"',
  ]],
  ['host port', pod({ hostNetwork: true, containers: [container({ ports: [{ containerPort: 80, hostPort: 81 }] })] }),
    ['spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true']],
  ['gated and bound', pod({ containers: [container()], nodeName: 'n', schedulingGates: [{ name: 'a' }] }),
    ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared']],
  ['negative replicas', deployment({ replicas: -1 }), ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
  ['rolling zero', deployment({ strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } } }), [
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: '
    + 'may not be 0 when `maxSurge` is 0',
  ]],
  ['Recreate', deployment({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"]],
  ['progress deadline', deployment({ progressDeadlineSeconds: 5, minReadySeconds: 5 }),
    ['spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds']],
  ['indexed Job', job({ completionMode: 'Indexed', parallelism: 2 }), ['spec.completions: Required value: when completion mode is Indexed']],
  ['service ports', service({}), ['spec.ports: Required value']],
  ['service port names', service({ ports: [{ port: 80 }, { port: 81, name: 'b' }] }), ['spec.ports[0].name: Required value']],
  ['service type', service({ type: 'Foo', ports: [{ port: 80 }] }),
    ['spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"']],
  ['node port of ClusterIP', service({ ports: [{ port: 80, nodePort: 30080 }] }),
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]],
  ['headless NodePort', service({ type: 'NodePort', clusterIP: 'None', ports: [{ port: 80 }] }),
    ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services']],
  ['external name', service({ type: 'ExternalName' }), ['spec.externalName: Required value']],
  ['ConfigMap key', kind('v1', 'ConfigMap', { data: { 'a b': 'c' } }), [
    "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ]],
  ['18 ConfigMap size', kind('v1', 'ConfigMap', { data: { a: 'x'.repeat(1048577) } }), ['[]: Too long: may not be more than 1048576 bytes']],
  ['18 Secret size', kind('v1', 'Secret', { stringData: { a: 'x'.repeat(1048577) } }), ['data: Too long: may not be more than 1048576 bytes']],
  ['TLS Secret', kind('v1', 'Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }), ['data[tls.key]: Required value']],
  ['claim', kind('v1', 'PersistentVolumeClaim', { spec: {} }),
    ['spec.accessModes: Required value: at least 1 access mode is required', 'spec.resources[storage]: Required value']],
  ['volume', kind('v1', 'PersistentVolume', { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } } }),
    ['spec: Required value: must specify a volume type']],
  ['role rule', kind('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['pods'] }] }),
    ['rules[0].verbs: Required value: verbs must contain at least one value']],
  ['binding subject', kind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', {
    roleRef: { kind: 'ClusterRole', name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 'sa' }],
  }), ['subjects[0].namespace: Required value']],
  ['an account of the binding\'s own namespace', kind('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 'sa' }],
  }), []],
  ['policy peer', kind('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ingress: [{ from: [{}] }] } }),
    ['spec.ingress[0].from[0]: Required value: must specify a peer']],
  ['priority', kind('scheduling.k8s.io/v1', 'PriorityClass', { value: 1000000001 }),
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']],
  ['limit range', kind('v1', 'LimitRange', { spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] } }), [
    `spec.limits[0].min[cpu]: Invalid value: ${cores(2)}: min value 2 is greater than max value 1`,
    `spec.limits[0].defaultRequest[cpu]: Invalid value: ${cores(1)}: min value 2 is greater than default request value 1`,
    `spec.limits[0].default[cpu]: Invalid value: ${cores(2)}: min value 2 is greater than default value 1`,
  ]],
  ['a good Pod', pod({ containers: [container()] }), []],
  ['a good Deployment', deployment(), []],
  ['a good Job', job({}), []],
  ['a good CronJob', cron({}), []],
];

describe('errors of a create (A12)', () => {
  it.each(ROWS)('%s', (_rule, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });
});
