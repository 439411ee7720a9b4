/** The Go structs that error texts show, with their fields in Go's order: "Name=json:type". A field without "=json" has
 *  the JSON name that lower camel case gives it; "=" alone means that the struct is embedded.
 *  Upstream: pkg/apis/core/types.go, pkg/apis/rbac/types.go, staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go */

export interface GoField { readonly go: string; readonly json: string; readonly type: string }

const lowerCamel = (go: string): string => (/^[A-Z]+$/.test(go) ? go.toLowerCase() : go[0]!.toLowerCase() + go.slice(1));

function fields(text: string): readonly GoField[] {
  return text.split(/\s+/).map((word) => {
    const colon = word.indexOf(':');
    const [go = '', json] = word.slice(0, colon).split('=');
    return { go, json: json ?? lowerCamel(go), type: word.slice(colon + 1) };
  });
}

const PROBE_HANDLER = 'Exec:*core.ExecAction HTTPGet=httpGet:*core.HTTPGetAction TCPSocket=tcpSocket:*core.TCPSocketAction '
  + 'GRPC=grpc:*core.GRPCAction';

export const GO_STRUCTS: Readonly<Record<string, readonly GoField[]>> = {
  'v1.LabelSelector': fields('MatchLabels:map[string]string MatchExpressions:[]v1.LabelSelectorRequirement'),
  'v1.LabelSelectorRequirement': fields('Key:string Operator:string Values:[]string'),
  'policy.PodDisruptionBudgetSpec': fields('MinAvailable:*intstr.IntOrString Selector:*v1.LabelSelector MaxUnavailable:*intstr.IntOrString '
    + 'UnhealthyPodEvictionPolicy:*policy.UnhealthyPodEvictionPolicyType'),
  'core.ScopeSelector': fields('MatchExpressions:[]core.ScopedResourceSelectorRequirement'),
  'core.ScopedResourceSelectorRequirement': fields('ScopeName:core.ResourceQuotaScope Operator:core.ScopeSelectorOperator Values:[]string'),
  'rbac.RoleRef': fields('APIGroup=apiGroup:string Kind:string Name:string'),
  'core.PodTemplateSpec': fields('ObjectMeta=metadata:v1.ObjectMeta Spec:core.PodSpec'),
  'v1.ObjectMeta': fields('Name:string GenerateName:string Namespace:string SelfLink:string UID=uid:string ResourceVersion:string '
    + 'Generation:int64 CreationTimestamp:time.Time DeletionTimestamp:*time.Time DeletionGracePeriodSeconds:*int64 '
    + 'Labels:map[string]string Annotations:map[string]string OwnerReferences:[]v1.OwnerReference Finalizers:[]string '
    + 'ManagedFields:[]v1.ManagedFieldsEntry'),
  'core.PodSpec': fields('Volumes:[]core.Volume InitContainers:[]core.Container Containers:[]core.Container '
    + 'EphemeralContainers:[]core.EphemeralContainer RestartPolicy:core.RestartPolicy TerminationGracePeriodSeconds:*int64 '
    + 'ActiveDeadlineSeconds:*int64 DNSPolicy=dnsPolicy:core.DNSPolicy NodeSelector:map[string]string ServiceAccountName:string '
    + 'AutomountServiceAccountToken:*bool NodeName:string SecurityContext:*core.PodSecurityContext '
    + 'ImagePullSecrets:[]core.LocalObjectReference Hostname:string Subdomain:string SetHostnameAsFQDN:*bool Affinity:*core.Affinity '
    + 'SchedulerName:string Tolerations:[]core.Toleration HostAliases:[]core.HostAlias PriorityClassName:string Priority:*int32 '
    + 'PreemptionPolicy:*core.PreemptionPolicy DNSConfig=dnsConfig:*core.PodDNSConfig ReadinessGates:[]core.PodReadinessGate '
    + 'RuntimeClassName:*string Overhead:core.ResourceList EnableServiceLinks:*bool '
    + 'TopologySpreadConstraints:[]core.TopologySpreadConstraint OS=os:*core.PodOS SchedulingGates:[]core.PodSchedulingGate '
    + 'ResourceClaims:[]core.PodResourceClaim Resources:*core.ResourceRequirements'),
  'core.PodSecurityContext': fields('HostNetwork:bool HostPID=hostPID:bool HostIPC=hostIPC:bool ShareProcessNamespace:*bool HostUsers:*bool '
    + 'SELinuxOptions=seLinuxOptions:*core.SELinuxOptions WindowsOptions:*core.WindowsSecurityContextOptions RunAsUser:*int64 '
    + 'RunAsGroup:*int64 RunAsNonRoot:*bool SupplementalGroups:[]int64 SupplementalGroupsPolicy:*core.SupplementalGroupsPolicy '
    + 'FSGroup=fsGroup:*int64 FSGroupChangePolicy=fsGroupChangePolicy:*core.PodFSGroupChangePolicy Sysctls:[]core.Sysctl '
    + 'SeccompProfile:*core.SeccompProfile AppArmorProfile:*core.AppArmorProfile SELinuxChangePolicy=seLinuxChangePolicy:*string'),
  'core.Container': fields('Name:string Image:string Command:[]string Args:[]string WorkingDir:string Ports:[]core.ContainerPort '
    + 'EnvFrom:[]core.EnvFromSource Env:[]core.EnvVar Resources:core.ResourceRequirements ResizePolicy:[]core.ContainerResizePolicy '
    + 'RestartPolicy:*core.ContainerRestartPolicy VolumeMounts:[]core.VolumeMount VolumeDevices:[]core.VolumeDevice '
    + 'LivenessProbe:*core.Probe ReadinessProbe:*core.Probe StartupProbe:*core.Probe Lifecycle:*core.Lifecycle '
    + 'TerminationMessagePath:string TerminationMessagePolicy:core.TerminationMessagePolicy ImagePullPolicy:core.PullPolicy '
    + 'SecurityContext:*core.SecurityContext Stdin:bool StdinOnce:bool TTY=tty:bool'),
  'core.ContainerPort': fields('Name:string HostPort:int32 ContainerPort:int32 Protocol:core.Protocol HostIP=hostIP:string'),
  'core.EnvVar': fields('Name:string Value:string ValueFrom:*core.EnvVarSource'),
  'core.EnvVarSource': fields('FieldRef:*core.ObjectFieldSelector ResourceFieldRef:*core.ResourceFieldSelector '
    + 'ConfigMapKeyRef:*core.ConfigMapKeySelector SecretKeyRef:*core.SecretKeySelector'),
  'core.ResourceRequirements': fields('Limits:core.ResourceList Requests:core.ResourceList Claims:[]core.ResourceClaim'),
  'core.VolumeMount': fields('Name:string ReadOnly:bool RecursiveReadOnly:*core.RecursiveReadOnlyMode MountPath:string SubPath:string '
    + 'MountPropagation:*core.MountPropagationMode SubPathExpr:string'),
  'core.SecurityContext': fields('Capabilities:*core.Capabilities Privileged:*bool SELinuxOptions=seLinuxOptions:*core.SELinuxOptions '
    + 'WindowsOptions:*core.WindowsSecurityContextOptions RunAsUser:*int64 RunAsGroup:*int64 RunAsNonRoot:*bool '
    + 'ReadOnlyRootFilesystem:*bool AllowPrivilegeEscalation:*bool ProcMount:*core.ProcMountType SeccompProfile:*core.SeccompProfile '
    + 'AppArmorProfile:*core.AppArmorProfile'),
  'core.Capabilities': fields('Add:[]core.Capability Drop:[]core.Capability'),
  'core.SeccompProfile': fields('Type:core.SeccompProfileType LocalhostProfile:*string'),
  'apps.DeploymentStrategy': fields('Type:apps.DeploymentStrategyType RollingUpdate:*apps.RollingUpdateDeployment'),
  'apps.RollingUpdateDeployment': fields('MaxUnavailable:intstr.IntOrString MaxSurge:intstr.IntOrString'),
  'apps.DaemonSetUpdateStrategy': fields('Type:apps.DaemonSetUpdateStrategyType RollingUpdate:*apps.RollingUpdateDaemonSet'),
  'apps.RollingUpdateDaemonSet': fields('MaxUnavailable:intstr.IntOrString MaxSurge:intstr.IntOrString'),
  'apps.StatefulSetUpdateStrategy': fields('Type:apps.StatefulSetUpdateStrategyType RollingUpdate:*apps.RollingUpdateStatefulSetStrategy'),
  'apps.RollingUpdateStatefulSetStrategy': fields('Partition:int32 MaxUnavailable:*intstr.IntOrString'),
  'batch.PodFailurePolicy': fields('Rules:[]batch.PodFailurePolicyRule'),
  'batch.PodFailurePolicyRule': fields('Action:batch.PodFailurePolicyAction OnExitCodes:*batch.PodFailurePolicyOnExitCodesRequirement '
    + 'OnPodConditions:[]batch.PodFailurePolicyOnPodConditionsPattern'),
  'batch.PodFailurePolicyOnExitCodesRequirement': fields('ContainerName:*string Operator:batch.PodFailurePolicyOnExitCodesOperator Values:[]int32'),
  'batch.PodFailurePolicyOnPodConditionsPattern': fields('Type:core.PodConditionType Status:core.ConditionStatus'),
  'batch.SuccessPolicy': fields('Rules:[]batch.SuccessPolicyRule'),
  'batch.SuccessPolicyRule': fields('SucceededIndexes:*string SucceededCount:*int32'),
  'core.NodeSelectorTerm': fields('MatchExpressions:[]core.NodeSelectorRequirement MatchFields:[]core.NodeSelectorRequirement'),
  'core.NodeSelectorRequirement': fields('Key:string Operator:core.NodeSelectorOperator Values:[]string'),
  'core.PodIP': fields('IP=ip:string'),
  'core.HostIP': fields('IP=ip:string'),
  'core.VolumeNodeAffinity': fields('Required:*core.NodeSelector'),
  'core.NodeSelector': fields('NodeSelectorTerms:[]core.NodeSelectorTerm'),
  'core.PersistentVolumeSource': fields('GCEPersistentDisk=gcePersistentDisk:*core.GCEPersistentDiskVolumeSource '
    + 'AWSElasticBlockStore=awsElasticBlockStore:*core.AWSElasticBlockStoreVolumeSource HostPath:*core.HostPathVolumeSource '
    + 'Glusterfs:*core.GlusterfsPersistentVolumeSource NFS=nfs:*core.NFSVolumeSource RBD=rbd:*core.RBDPersistentVolumeSource '
    + 'Quobyte:*core.QuobyteVolumeSource ISCSI=iscsi:*core.ISCSIPersistentVolumeSource FlexVolume:*core.FlexPersistentVolumeSource '
    + 'Cinder:*core.CinderPersistentVolumeSource CephFS=cephfs:*core.CephFSPersistentVolumeSource FC=fc:*core.FCVolumeSource '
    + 'Flocker:*core.FlockerVolumeSource AzureFile:*core.AzureFilePersistentVolumeSource '
    + 'VsphereVolume:*core.VsphereVirtualDiskVolumeSource AzureDisk:*core.AzureDiskVolumeSource '
    + 'PhotonPersistentDisk:*core.PhotonPersistentDiskVolumeSource PortworxVolume:*core.PortworxVolumeSource '
    + 'ScaleIO=scaleIO:*core.ScaleIOPersistentVolumeSource Local:*core.LocalVolumeSource '
    + 'StorageOS=storageos:*core.StorageOSPersistentVolumeSource CSI=csi:*core.CSIPersistentVolumeSource'),
  'core.HostPathVolumeSource': fields('Path:string Type:*core.HostPathType'),
  'core.NFSVolumeSource': fields('Server:string Path:string ReadOnly:bool'),
  'core.LocalVolumeSource': fields('Path:string FSType=fsType:*string'),
  'core.Toleration': fields('Key:string Operator:core.TolerationOperator Value:string Effect:core.TaintEffect TolerationSeconds:*int64'),
  'core.Probe': fields(`ProbeHandler=:core.ProbeHandler InitialDelaySeconds:int32 TimeoutSeconds:int32 PeriodSeconds:int32 `
    + 'SuccessThreshold:int32 FailureThreshold:int32 TerminationGracePeriodSeconds:*int64'),
  'core.ProbeHandler': fields(PROBE_HANDLER),
  'core.ExecAction': fields('Command:[]string'),
  'core.HTTPGetAction': fields('Path:string Port:intstr.IntOrString Host:string Scheme:core.URIScheme HTTPHeaders=httpHeaders:[]core.HTTPHeader'),
  'core.TCPSocketAction': fields('Port:intstr.IntOrString Host:string'),
  'core.GRPCAction': fields('Port:int32 Service:*string'),
  'core.PersistentVolumeClaimSpec': fields('AccessModes:[]core.PersistentVolumeAccessMode Selector:*v1.LabelSelector '
    + 'Resources:core.VolumeResourceRequirements VolumeName:string StorageClassName:*string VolumeMode:*core.PersistentVolumeMode '
    + 'DataSource:*core.TypedLocalObjectReference DataSourceRef:*core.TypedObjectReference VolumeAttributesClassName:*string'),
  'core.VolumeResourceRequirements': fields('Limits:core.ResourceList Requests:core.ResourceList'),
};
