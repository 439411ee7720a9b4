/** What the API says of single fields of a Pod, in the words and the order of Kubernetes.
 *  Upstream: pkg/apis/core/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { container, contextFor, createErrors, deployment, type Json, pod, prepared, resourceOf, template, updateErrors } from './support.ts';

const one = (more: Json): Json => pod({ containers: [container(more)] });
const spec = (more: Json): Json => pod({ containers: [container()], ...more });
const volume = (more: Json): Json => spec({ volumes: [{ name: 'v', ...more }] });
const context = (securityContext: Json): Json => spec({ securityContext });
const C = 'spec.containers[0]';
const LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
  + "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
  + "alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_VALUE = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
  + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const term = (more: Json): Json => ({ topologyKey: 'zone', labelSelector: { matchLabels: { a: 'b' } }, ...more });
const near = (more: Json): Json => spec({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(more)] } } });
const NEAR = 'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]';
const spread = (...constraints: Json[]): Json => spec({
  topologySpreadConstraints: constraints.map((more) => ({ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...more })),
});

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const CONTAINERS: readonly Row[] = [
  ['mount propagation', pod({
    volumes: [{ name: 'v' }],
    containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' }] })],
  }), [`${C}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`]],
  ['mount propagation of another kind', pod({
    volumes: [{ name: 'v' }], containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/a', mountPropagation: 'Both' }] })],
  }), [`${C}.volumeMounts.mountPropagation: Unsupported value: "Both": supported values: "Bidirectional", "HostToContainer", "None"`]],
  ['recursive read-only', pod({
    volumes: [{ name: 'v' }], containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/a', recursiveReadOnly: 'Enabled' }] })],
  }), [`${C}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`]],
  ['a volume and a device at one path', pod({
    volumes: [{ name: 'v' }, { name: 'd', persistentVolumeClaim: { claimName: 'c' } }],
    containers: [container({
      volumeMounts: [{ name: 'v', mountPath: '/a' }], volumeDevices: [{ name: 'd', devicePath: '/a' }, { name: 'd', devicePath: '/b/../c' }],
    })],
  }), [
    `${C}.volumeMounts[0].mountPath: Invalid value: "/a": must not already exist as a path in volumeDevices`,
    `${C}.volumeDevices[0].devicePath: Invalid value: "/a": must not already exist as a path in volumeMounts`,
    `${C}.volumeDevices[1].name: Invalid value: "d": must be unique`,
    `${C}.volumeDevices[1].devicePath: Invalid value: "/b/../c": can not contain backsteps ('..')`,
  ]],
  ['a volume with a mistake is not there', pod({
    volumes: [{ name: 'V', emptyDir: {} }], containers: [container({ volumeMounts: [{ name: 'V', mountPath: '/a' }] })],
  }), [`spec.volumes[0].name: Invalid value: "V": ${LABEL}`, `${C}.volumeMounts[0].name: Not found: "V"`]],
  ['resize policy', one({ resizePolicy: [{ resourceName: 'disk', restartPolicy: 'Never' }, { resourceName: 'cpu' }] }), [
    `${C}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"`,
    `${C}.resizePolicy: Unsupported value: "Never": supported values: "NotRequired", "RestartContainer"`,
    `${C}.resizePolicy: Required value`,
  ]],
  ['resize policy of what never restarts', spec({
    restartPolicy: 'Never', containers: [container({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] })],
  }), [`${C}.resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when \`restartPolicy\` is 'Never'`]],
  ['divisor', one({ env: [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1k' } } }] }), [
    `${C}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
  ]],
  ['subscript', one({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "spec.nodeName['a']" } } }] }), [
    `${C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nodeName['a']": error converting fieldPath: field label does not support `
    + "subscript: spec.nodeName['a']",
  ]],
  ['version of a field', one({ env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } } }] }), [
    `${C}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.name": error converting fieldPath: unsupported pod version: v2`,
  ]],
  ['sleep', one({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }), [
    `${C}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
  ]],
  ['huge pages', one({ resources: { limits: { 'hugepages-2Mi': '3Mi' } } }), [
    `${C}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
    `${C}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
    `${C}.resources: Forbidden: HugePages require cpu or memory`,
  ]],
  ['half a device', one({ resources: { limits: { 'example.com/gpu': '500m' } } }), [
    `${C}.resources.limits[example.com/gpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:500, scale:-3}, `
    + 'd:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"500m", Format:"DecimalSI"}: must be an integer',
    `${C}.resources.requests[example.com/gpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:500, scale:-3}, `
    + 'd:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"500m", Format:"DecimalSI"}: must be an integer',
  ]],
  ['debug containers', spec({ ephemeralContainers: [{ name: 'd', image: 'busybox', ports: [{ containerPort: 1 }], resources: { limits: { cpu: '1' } } }] }), [
    'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
    'spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container',
    'spec.ephemeralContainers: Forbidden: cannot be set on create',
  ]],
];

const VOLUMES: readonly Row[] = [
  ['two sources', volume({ downwardAPI: {}, cephfs: { monitors: ['m'] }, emptyDir: {} }), [
    'spec.volumes[0].cephFS: Forbidden: may not specify more than 1 volume type',
    'spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type',
  ]],
  ['hostPath', volume({ hostPath: { path: '/a/../b', type: 'Dir' } }), [
    'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
    'spec.volumes[0].hostPath.type: Unsupported value: "Dir": supported values: "", "BlockDevice", "CharDevice", "Directory", '
    + '"DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
  ]],
  ['nfs', volume({ nfs: {} }), [
    'spec.volumes[0].nfs.server: Required value', 'spec.volumes[0].nfs.path: Required value',
    'spec.volumes[0].nfs.path: Invalid value: "": must be an absolute path',
  ]],
  ['iscsi', volume({ iscsi: { targetPortal: 'p', iqn: 'abc', lun: 300, chapAuthSession: true } }), [
    'spec.volumes[0].iscsi.iqn: Invalid value: "abc": must be valid format starting with iqn, eui, or naa',
    'spec.volumes[0].iscsi.lun: Invalid value: 300: must be between 0 and 255, inclusive',
    'spec.volumes[0].iscsi.secretRef: Required value',
  ]],
  ['awsElasticBlockStore', volume({ awsElasticBlockStore: { partition: -1 } }), [
    'spec.volumes[0].awsElasticBlockStore.volumeID: Required value',
    'spec.volumes[0].awsElasticBlockStore.partition: Invalid value: -1: must be between 0 and 255, inclusive',
  ]],
  ['gcePersistentDisk', volume({ gcePersistentDisk: {} }), ['spec.volumes[0].persistentDisk.pdName: Required value']],
  ['gitRepo', volume({ gitRepo: { directory: '/x' } }), [
    'spec.volumes[0].gitRepo.repository: Required value',
    'spec.volumes[0].gitRepo.directory: Invalid value: "/x": must be a relative path',
  ]],
  ['fc', volume({ fc: { targetWWNs: ['a'], wwids: ['b'] } }), [
    'spec.volumes[0].fc.targetWWNs: Invalid value: []string{"a"}: targetWWNs and wwids can not be specified simultaneously',
    'spec.volumes[0].fc.lun: Required value: lun is required if targetWWNs is specified',
  ]],
  ['azureDisk', volume({ azureDisk: { diskName: 'd', diskURI: 'x', kind: 'Managed', cachingMode: 'All' } }), [
    'spec.volumes[0].azureDisk.cachingMode: Unsupported value: "All": supported values: "None", "ReadOnly", "ReadWrite"',
    'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: '
    + '"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
  ]],
  ['csi', volume({ csi: { driver: 'Bad_', nodePublishSecretRef: {} } }), [
    `spec.volumes[0].csi.driver: Invalid value: "Bad_": ${SUBDOMAIN}`, 'spec.volumes[0].csi.nodePublishSecretRef.name: Required value',
  ]],
  ['secret', volume({ secret: { defaultMode: 512, items: [{ key: 'a', path: '../x' }, { path: '..x', mode: -1 }] } }), [
    'spec.volumes[0].secret.secretName: Required value',
    'spec.volumes[0].secret.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
    "spec.volumes[0].secret.items[0].path: Invalid value: \"../x\": must not contain '..'",
    'spec.volumes[0].secret.items[1].key: Required value',
    "spec.volumes[0].secret.items[1].path: Invalid value: \"..x\": must not start with '..'",
    'spec.volumes[0].secret.items[1].mode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
  ]],
  ['projected', volume({
    projected: {
      sources: [
        { secret: { items: [{ key: 'a', path: 'x' }] }, configMap: { name: 'c', items: [{ key: 'a', path: 'x' }] } },
        { serviceAccountToken: { expirationSeconds: 60 } },
      ],
    },
  }), [
    'spec.volumes[0].projected.sources[0].secret.name: Required value',
    'spec.volumes[0].projected: Invalid value: "c": conflicting duplicate paths',
    'spec.volumes[0].projected.sources[0]: Forbidden: may not specify more than 1 volume type per source',
    'spec.volumes[0].projected.sources[1].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    'spec.volumes[0].projected.path: Required value',
    'spec.volumes[0].projected.sources[1].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
  ]],
  ['downwardAPI', volume({ downwardAPI: { items: [{ path: 'a' }, { path: 'b', fieldRef: { fieldPath: 'spec.nodeName' } }] } }), [
    'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
    'spec.volumes[0].downwardAPI.fieldRef.fieldPath: Unsupported value: "spec.nodeName": supported values: "metadata.annotations", '
    + '"metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"',
  ]],
  ['ephemeral', volume({ ephemeral: { volumeClaimTemplate: { metadata: { name: 'x' }, spec: {} } } }), [
    'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
    'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Required value: at least 1 access mode is required',
    'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
  ]],
  ['an image is behind a gate that is off', volume({ image: { reference: 'x' } }), ['spec.volumes[0]: Required value: must specify a volume type']],
];

const SECURITY: readonly Row[] = [
  ['procMount', one({ securityContext: { procMount: 'Unmasked' } }), [
    `${C}.securityContext.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
  ]],
  ['escalation', one({ securityContext: { allowPrivilegeEscalation: false, privileged: true } }), [
    `${C}.securityContext: Invalid value: core.SecurityContext{Capabilities:(*core.Capabilities)(nil), Privileged:&true, `
    + 'SELinuxOptions:(*core.SELinuxOptions)(nil), WindowsOptions:(*core.WindowsSecurityContextOptions)(nil), RunAsUser:(*int64)(nil), '
    + 'RunAsGroup:(*int64)(nil), RunAsNonRoot:(*bool)(nil), ReadOnlyRootFilesystem:(*bool)(nil), AllowPrivilegeEscalation:&false, '
    + 'ProcMount:(*core.ProcMountType)(nil), SeccompProfile:(*core.SeccompProfile)(nil), AppArmorProfile:(*core.AppArmorProfile)(nil)}: '
    + 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
  ]],
  ['seccomp', context({ seccompProfile: { type: 'Localhost', localhostProfile: '/etc' } }), [
    'spec.securityContext.seccompProfile.localhostProfile: Invalid value: "/etc": must be a relative path',
  ]],
  ['AppArmor', context({ appArmorProfile: { type: 'Localhost', localhostProfile: ' ' } }), [
    'spec.securityContext.appArmorProfile.localhostProfile: Invalid value: " ": must not be padded with whitespace',
  ]],
  ['policies', context({ supplementalGroupsPolicy: 'X', seLinuxChangePolicy: 'Y', fsGroupChangePolicy: 'Z', supplementalGroups: [-1] }), [
    'spec.securityContext.supplementalGroups[0]: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    'spec.securityContext.fsGroupChangePolicy: Unsupported value: "Z": supported values: "Always", "OnRootMismatch"',
    'spec.securityContext.supplementalGroupsPolicy: Unsupported value: "X": supported values: "Merge", "Strict"',
    'spec.securityContext.seLinuxChangePolicy: Unsupported value: "Y": supported values: "MountOption", "Recursive"',
  ]],
  ['sysctls', spec({ hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }, { name: 'A', value: '' }] } }), [
    'spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when \'hostNetwork\' is true',
    'spec.securityContext.sysctls[1].name: Invalid value: "A": must have at most 253 characters and match regex '
    + '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
  ]],
  ['host users', spec({ hostUsers: false, hostPID: true }), ['spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false']],
  ['a Linux Pod with Windows options', spec({ os: { name: 'linux' }, securityContext: { windowsOptions: {} } }), [
    'spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod',
  ]],
  ['a Windows Pod with Linux options', spec({ os: { name: 'windows' }, hostPID: true, securityContext: { runAsUser: 1 } }), [
    'spec.hostPID: Forbidden: cannot be set for a windows pod', 'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
  ]],
  ['processes of the host', context({ windowsOptions: { hostProcess: true, runAsUserName: 'a\\b\\c' } }), [
    'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
    'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
  ]],
  ['os', spec({ os: { name: 'plan9' } }), ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']],
  ['annotation of a container that is not there', pod({ containers: [container()] }, {
    annotations: { 'container.apparmor.security.beta.kubernetes.io/x': 'abc' },
  }), [
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "x": container not found',
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/x]: Invalid value: "abc": invalid AppArmor profile name: "abc"',
  ]],
  ['annotation and field', pod({ containers: [container()], securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }, {
    annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' },
  }), ['spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match']],
];

const PLACES: readonly Row[] = [
  ['matchLabelKeys', near({ matchLabelKeys: ['x'], mismatchLabelKeys: ['x'] }), [
    `${NEAR}.matchLabelKeys[0]: Invalid value: "x": exists in both matchLabelKeys and mismatchLabelKeys`,
  ]],
  ['matchLabelKeys without a selector', near({ matchLabelKeys: ['x'], labelSelector: undefined }), [
    `${NEAR}.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
  ]],
  ['a value that no node can have', spec({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] }] },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 0, preference: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] } },
        ],
      },
    },
  }), [
    'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[0]: '
    + `Invalid value: "b c": ${LABEL_VALUE}`,
    'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
  ]],
  ['a constraint twice', spread({ labelSelector: {} }, { labelSelector: {}, minDomains: 0 }), [
    'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
    'spec.topologySpreadConstraints[1].minDomains: Invalid value: 0: must be greater than zero',
  ]],
  ['a constraint by keys', spread({ matchLabelKeys: ['a'], labelSelector: { matchLabels: { a: 'b' } }, whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 }), [
    'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
    'spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector',
  ]],
  ['toleration with a value', spec({ tolerations: [{ key: 'a', operator: 'Exists', value: 'b' }] }), [
    "spec.tolerations[0].operator: Invalid value: \"b\": value must be empty when `operator` is 'Exists'",
  ]],
  ['DNS', spec({ dnsConfig: { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', 'x'], searches: ['_tcp.example.com', '.', 'A'], options: [{}] } }), [
    'spec.dnsConfig.nameservers: Invalid value: []string{"1.1.1.1", "1.1.1.2", "1.1.1.3", "x"}: must not have more than 3 nameservers',
    'spec.dnsConfig.nameservers[3]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    `spec.dnsConfig.searches[2]: Invalid value: "A": ${SUBDOMAIN.replace("'-' or '.'", "'-', '_' or '.'")}`,
    'spec.dnsConfig.options[0]: Required value: must not be empty',
  ]],
  ['the order of several causes', spec({
    restartPolicy: 'X', dnsPolicy: 'Y', hostname: 'H', priorityClassName: 'P', nodeName: 'N', activeDeadlineSeconds: 0,
  }), [
    'spec.restartPolicy: Unsupported value: "X": supported values: "Always", "Never", "OnFailure"',
    'spec.dnsPolicy: Unsupported value: "Y": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"',
    `spec.nodeName: Invalid value: "N": ${SUBDOMAIN}`,
    'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    `spec.hostname: Invalid value: "H": ${LABEL}`,
    `spec.priorityClassName: Invalid value: "P": ${SUBDOMAIN}`,
  ]],
];

describe.each([['containers', CONTAINERS], ['volumes', VOLUMES], ['security', SECURITY], ['places', PLACES]])('fields of a Pod: %s', (_part, rows) => {
  it.each(rows)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });
});

const CHANGES: readonly (readonly [what: string, old: Json, next: Json, errors: readonly string[]])[] = [
  ['a deadline taken away', spec({ activeDeadlineSeconds: 5 }), spec({}), [
    'spec.activeDeadlineSeconds: Invalid value: "null": must not update from a positive integer to nil value',
  ]],
  ['a longer deadline', spec({ activeDeadlineSeconds: 5 }), spec({ activeDeadlineSeconds: 6 }), [
    'spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value',
  ]],
  ['a gated Pod may go to fewer places', spec({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: 'b' } }),
    spec({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: 'b', c: 'd' } }), []],
  ['a gated Pod may not go to others', spec({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: 'b' } }),
    spec({ schedulingGates: [{ name: 'g' }], nodeSelector: { a: 'c' } }), [
      'spec.nodeSelector: Invalid value: map[string]string{"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
    ]],
  ['a new gate', spec({ schedulingGates: [{ name: 'g' }] }), spec({ schedulingGates: [{ name: 'g' }, { name: 'h' }] }), [
    "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'h'",
  ]],
  ['a mirror', spec({}), pod({ containers: [container()] }, { annotations: { 'kubernetes.io/config.mirror': 'x' } }), [
    'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
    'metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation',
  ]],
];

describe('changes of a Pod', () => {
  it.each(CHANGES)('%s', (_what, old, next, errors) => {
    expect(updateErrors(next, old)).toEqual(errors);
  });

  it('what has ended stays so, and the class of service too', () => {
    const strategy = strategyFor(resourceOf(spec({})));
    const at = (status: Json, restartPolicy = 'Never'): never => ({ ...(prepared(spec({ restartPolicy })) as object), status }) as never;
    const errors = (next: Json, old: Json, restartPolicy?: string): readonly string[] => strategy
      .validateStatusUpdate!(at(next, restartPolicy), at(old, restartPolicy), contextFor(resourceOf(spec({})), 'status'))
      .map(({ field, detail }) => `${field}: ${detail}`);
    const ended = { containerStatuses: [{ name: 'web', state: { terminated: { exitCode: 0 } } }] };
    const running = { containerStatuses: [{ name: 'web', state: { running: {} } }] };
    expect(errors(running, ended)).toEqual(['status.containerStatuses[0].state: may not be transitioned to non-terminated state']);
    expect(errors(running, ended, 'Always')).toEqual([]);
    expect(errors({ qosClass: 'Guaranteed' }, { qosClass: 'Burstable' })).toEqual(['status.qosClass: field is immutable']);
    expect(errors({ hostIP: '1.1.1.1', hostIPs: [{ ip: '1.1.1.2' }], podIPs: [{ ip: 'x' }] }, {})).toEqual([
      'status.podIPs[0]: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)', 'status.hostIPs[0].ip: must be equal to `hostIP`',
    ]);
  });

  it('a new Pod loses fields behind gates that are off, and takes affinity keys from its labels', () => {
    const made = prepared(pod({
      resourceClaims: [{ name: 'c', resourceClaimName: 'x' }], resources: { limits: { cpu: '1' } },
      containers: [container({ resources: { claims: [{ name: 'c' }] } })],
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term({ matchLabelKeys: ['app', 'none'] })] } },
    }, { labels: { app: 'web' } })) as { spec?: Json };
    expect(made.spec).not.toHaveProperty('resourceClaims');
    expect(made.spec).not.toHaveProperty('resources');
    expect(made.spec).toMatchObject({
      containers: [{ resources: {} }],
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] } },
          ],
        },
      },
    });
  });
});

describe('warnings', () => {
  const warnings = (object: Json, old?: Json): readonly string[] => {
    const resource = resourceOf(object);
    return strategyFor(resource).warnings!(prepared(object), old && prepared(old), contextFor(resource));
  };
  const env = [{ name: 'A', value: 'a' }, { name: 'A', value: 'b' }, { name: 'A', value: '$(A)c' }];

  it.each<readonly [string, Json, readonly string[]]>([
    ['a variable twice', one({ env }), [`${C}.env[1]: hides previous definition of "A", which may be dropped when using apply`]],
    ['in a template', deployment({ template: template({ containers: [container({ env })] }) }), [
      'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
    ]],
    ['an old label', spec({ nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }), [
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
    ]],
    ['half a byte', one({ resources: { limits: { memory: '1500m' } } }), [
      `${C}.resources.limits[memory]: fractional byte value "1500m" is invalid, must be an integer`,
      `${C}.resources.requests[memory]: fractional byte value "1500m" is invalid, must be an integer`,
    ]],
    ['a port twice', one({ ports: [{ containerPort: 80 }, { containerPort: 80, name: 'x' }] }), [
      `${C}.ports[1]: duplicate port definition with ${C}.ports[0]`,
    ]],
    ['old volumes', volume({ gitRepo: { repository: 'x' } }), ['spec.volumes[0].gitRepo: deprecated in v1.11']],
    ['a name with dots', { ...spec({}), metadata: { name: 'a.b', namespace: 'default' } }, [
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: "
      + `[${LABEL}]`,
    ]],
    ['a constraint without selector', spread({}), [
      'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
    ]],
  ])('%s', (_what, object, expected) => {
    expect(warnings(object)).toEqual(expected);
    expect(warnings(object, object)).toEqual([]);
  });
});
