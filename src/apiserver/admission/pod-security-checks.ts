/** The checks of the Pod Security Standards, each with the words of its refusal.
 *  Upstream: staging/src/k8s.io/pod-security-admission/policy */
import type { Container, Pod, PodSpec, Volume } from '../../api/generated/types.ts';

export interface Refusal { readonly reason: string; readonly detail: string }

export interface Check {
  readonly id: string;
  readonly level: 'baseline' | 'restricted';
  /** Restricted checks that take the place of a baseline one. */
  readonly overrides?: string;
  run(spec: PodSpec, pod: Pod): Refusal | undefined;
}

const containersOf = (spec: PodSpec): readonly Container[] =>
  [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as unknown as readonly Container[])];

const quoteAll = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const plural = (word: string, names: readonly string[]): string => `${word}${names.length === 1 ? '' : 's'} ${quoteAll(names)}`;

/** `container "a" must ...`, for the containers of which something holds. */
function about(reason: string, spec: PodSpec, holds: (container: Container) => boolean, must: string): Refusal | undefined {
  const names = containersOf(spec).filter(holds).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason, detail: `${plural('container', names)} ${must}` };
}

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID',
  'SYS_CHROOT',
]);

function forbiddenAdds(spec: PodSpec, allowed: (capability: string) => boolean): string | undefined {
  const found = containersOf(spec).map((one) => [one.name, (one.securityContext?.capabilities?.add ?? []).filter((it) => !allowed(it))] as const)
    .filter(([, capabilities]) => capabilities.length > 0);
  if (found.length === 0) return undefined;
  const capabilities = [...new Set(found.flatMap(([, list]) => list))].sort();
  return `${plural('container', found.map(([name]) => name))} must not include ${quoteAll(capabilities)} in securityContext.capabilities.add`;
}

function restrictedCapabilities(spec: PodSpec): Refusal | undefined {
  const keeping = containersOf(spec).filter((one) => !one.securityContext?.capabilities?.drop?.includes('ALL')).map(({ name }) => name);
  const adds = forbiddenAdds(spec, (capability) => capability === 'NET_BIND_SERVICE');
  const details = [
    ...(keeping.length > 0 ? [`${plural('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []), ...(adds ? [adds] : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function hostPorts(spec: PodSpec): Refusal | undefined {
  const using = containersOf(spec).map((one) => [one.name, (one.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []))] as const)
    .filter(([, ports]) => ports.length > 0);
  if (using.length === 0) return undefined;
  const ports = [...new Set(using.flatMap(([, list]) => list.map(String)))].sort();
  const names = using.map(([name]) => name);
  return {
    reason: 'hostPort',
    detail: `${plural('container', names)} ${names.length === 1 ? 'uses' : 'use'} hostPort${ports.length === 1 ? '' : 's'} ${ports.join(', ')}`,
  };
}

const SAFE_VOLUMES = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']);
const volumeType = (volume: Volume): string => Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';

function restrictedVolumes(spec: PodSpec): Refusal | undefined {
  const bad = (spec.volumes ?? []).filter((volume) => !SAFE_VOLUMES.has(volumeType(volume)));
  if (bad.length === 0) return undefined;
  const types = [...new Set(bad.map(volumeType))].sort();
  return {
    reason: 'restricted volume types',
    detail: `${plural('volume', bad.map(({ name }) => name))} ${bad.length === 1 ? 'uses' : 'use'} restricted volume `
      + `${types.length === 1 ? 'type' : 'types'} ${quoteAll(types)}`,
  };
}

function runAsNonRoot(spec: PodSpec): Refusal | undefined {
  const reason = 'runAsNonRoot != true';
  const pod = spec.securityContext?.runAsNonRoot;
  const refused = containersOf(spec).filter((one) => one.securityContext?.runAsNonRoot === false).map(({ name }) => name);
  const silent = containersOf(spec).filter((one) => one.securityContext?.runAsNonRoot === undefined).map(({ name }) => name);
  const isPodBad = pod === false && silent.length > 0;
  const details = [
    ...(isPodBad ? ['pod must not set securityContext.runAsNonRoot=false'] : []),
    ...(refused.length > 0 ? [`${plural('container', refused)} must not set securityContext.runAsNonRoot=false`] : []),
  ];
  if (details.length > 0) return { reason, detail: details.join(', ') };
  if (pod || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${plural('container', silent)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser(spec: PodSpec): Refusal | undefined {
  const names = containersOf(spec).filter((one) => one.securityContext?.runAsUser === 0).map(({ name }) => name);
  const details = [
    ...(spec.securityContext?.runAsUser === 0 ? ['pod must not set runAsUser=0'] : []),
    ...(names.length > 0 ? [`${plural('container', names)} must not set runAsUser=0`] : []),
  ];
  return details.length === 0 ? undefined : { reason: 'runAsUser=0', detail: details.join(', ') };
}

function unconfined(spec: PodSpec): string[] {
  const names = containersOf(spec).filter((one) => one.securityContext?.seccompProfile?.type === 'Unconfined').map(({ name }) => name);
  const must = 'must not set securityContext.seccompProfile.type to "Unconfined"';
  return [
    ...(spec.securityContext?.seccompProfile?.type === 'Unconfined' ? [`pod ${must}`] : []),
    ...(names.length > 0 ? [`${plural('container', names)} ${must}`] : []),
  ];
}

function restrictedSeccomp(spec: PodSpec): Refusal | undefined {
  const details = unconfined(spec);
  if (details.length > 0) return { reason: 'seccompProfile', detail: details.join(', ') };
  if (spec.securityContext?.seccompProfile?.type) return undefined;
  const silent = containersOf(spec).filter((one) => !one.securityContext?.seccompProfile?.type).map(({ name }) => name);
  if (silent.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `pod or ${plural('container', silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  };
}

function hostNamespaces(spec: PodSpec): Refusal | undefined {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  return used.length === 0 ? undefined : { reason: 'host namespaces', detail: used.map((field) => `${field}=true`).join(', ') };
}

const SELINUX_TYPES = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);

function seLinux(spec: PodSpec): Refusal | undefined {
  const all = [spec.securityContext?.seLinuxOptions, ...containersOf(spec).map((one) => one.securityContext?.seLinuxOptions)];
  const types = [...new Set(all.flatMap((one) => (one?.type && !SELINUX_TYPES.has(one.type) ? [one.type] : [])))].sort();
  const details = [
    ...(types.length > 0 ? [`type${types.length === 1 ? '' : 's'} ${quoteAll(types)}`] : []),
    ...(all.some((one) => one?.user) ? ['user may not be set'] : []), ...(all.some((one) => one?.role) ? ['role may not be set'] : []),
  ];
  if (details.length === 0) return undefined;
  const names = containersOf(spec).filter((one) => one.securityContext?.seLinuxOptions).map(({ name }) => name);
  const who = [...(spec.securityContext?.seLinuxOptions ? ['pod'] : []), ...(names.length > 0 ? [plural('container', names)] : [])].join(' and ');
  return { reason: 'seLinuxOptions', detail: `${who} set forbidden securityContext.seLinuxOptions: ${details.join('; ')}` };
}

const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_syncookies', 'net.ipv4.tcp_wmem',
]);

function sysctls(spec: PodSpec): Refusal | undefined {
  const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !SAFE_SYSCTLS.has(name));
  return names.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: names.join(', ') };
}

function hostPathVolumes(spec: PodSpec): Refusal | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
  return names.length === 0 ? undefined : { reason: 'hostPath volumes', detail: plural('volume', names) };
}

function appArmor(spec: PodSpec): Refusal | undefined {
  const names = containersOf(spec).filter((one) => one.securityContext?.appArmorProfile?.type === 'Unconfined').map(({ name }) => name);
  const must = 'must not set AppArmor profile type to "Unconfined"';
  const details = [
    ...(spec.securityContext?.appArmorProfile?.type === 'Unconfined' ? [`pod ${must}`] : []),
    ...(names.length > 0 ? [`${plural('container', names)} ${must}`] : []),
  ];
  return details.length === 0 ? undefined : { reason: `forbidden AppArmor profile${details.length === 1 ? '' : 's'}`, detail: details.join('; ') };
}

/** In the order of their ids, the baseline first. */
export const CHECKS: readonly Check[] = [
  { id: 'appArmorProfile', level: 'baseline', run: appArmor },
  {
    id: 'capabilities_baseline', level: 'baseline',
    run(spec) {
      const detail = forbiddenAdds(spec, (capability) => DEFAULT_CAPABILITIES.has(capability));
      return detail ? { reason: 'non-default capabilities', detail } : undefined;
    },
  },
  { id: 'hostNamespaces', level: 'baseline', run: hostNamespaces },
  { id: 'hostPathVolumes', level: 'baseline', run: hostPathVolumes },
  { id: 'hostPorts', level: 'baseline', run: hostPorts },
  {
    id: 'privileged', level: 'baseline',
    run: (spec) => about('privileged', spec, (one) => one.securityContext?.privileged === true, 'must not set securityContext.privileged=true'),
  },
  {
    id: 'procMount', level: 'baseline',
    run: (spec) => about('procMount', spec, (one) => (one.securityContext?.procMount ?? 'Default') !== 'Default',
      'must not set securityContext.procMount to "Unmasked"'),
  },
  { id: 'seLinuxOptions', level: 'baseline', run: seLinux },
  {
    id: 'seccompProfile_baseline', level: 'baseline',
    run(spec) {
      const details = unconfined(spec);
      return details.length === 0 ? undefined : { reason: 'seccompProfile', detail: details.join(', ') };
    },
  },
  { id: 'sysctls', level: 'baseline', run: sysctls },
  {
    id: 'allowPrivilegeEscalation', level: 'restricted',
    run: (spec) => about('allowPrivilegeEscalation != false', spec, (one) => one.securityContext?.allowPrivilegeEscalation !== false,
      'must set securityContext.allowPrivilegeEscalation=false'),
  },
  { id: 'capabilities_restricted', level: 'restricted', overrides: 'capabilities_baseline', run: restrictedCapabilities },
  { id: 'restrictedVolumes', level: 'restricted', overrides: 'hostPathVolumes', run: restrictedVolumes },
  { id: 'runAsNonRoot', level: 'restricted', run: runAsNonRoot },
  { id: 'runAsUser', level: 'restricted', run: runAsUser },
  { id: 'seccompProfile_restricted', level: 'restricted', overrides: 'seccompProfile_baseline', run: restrictedSeccomp },
];
