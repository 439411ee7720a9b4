/** What kubectl debug asks for: the container, the copy of a Pod, the Pod on a node, each as a profile shapes it.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/debug/{debug,profiles}.go */
import type { Container, EnvVar, Pod, PodSpec, SecurityContext } from '../../api/generated/types.ts';

export interface Wishes {
  readonly image: string;
  readonly pullPolicy: string;
  readonly command: readonly string[];
  readonly argumentsOnly: boolean;
  readonly env: readonly EnvVar[];
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly setImages: ReadonlyMap<string, string>;
  readonly profile: string;
  readonly sameNode: boolean;
  readonly shareProcesses?: boolean;
  readonly keeps: {
    readonly labels: boolean;
    readonly annotations: boolean;
    readonly livenessProbe: boolean;
    readonly readinessProbe: boolean;
    readonly startupProbe: boolean;
    readonly initContainers: boolean;
  };
}

type Style = 'node' | 'copy' | 'ephemeral';

/** What a profile lets the debugging container do. `clears`: what the container could do before is forgotten first. */
interface Profile {
  readonly clears: boolean;
  readonly security: (style: Style) => SecurityContext | undefined;
  readonly usesHost: boolean;
  readonly mountsRoot: boolean;
}

const RESTRICTED: SecurityContext = {
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  allowPrivilegeEscalation: false,
  seccompProfile: { type: 'RuntimeDefault' },
};

const TABLE: Readonly<Record<string, Profile>> = {
  legacy: { clears: false, security: () => undefined, usesHost: true, mountsRoot: true },
  general: {
    clears: true,
    security: (style) => (style === 'node' ? undefined : { capabilities: { add: ['SYS_PTRACE'] } }),
    usesHost: true,
    mountsRoot: true,
  },
  baseline: { clears: true, security: () => undefined, usesHost: false, mountsRoot: false },
  netadmin: { clears: false, security: () => ({ capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } }), usesHost: true, mountsRoot: false },
  restricted: { clears: true, security: () => RESTRICTED, usesHost: false, mountsRoot: false },
  sysadmin: { clears: false, security: () => ({ privileged: true }), usesHost: true, mountsRoot: true },
};
export const PROFILES: readonly string[] = Object.keys(TABLE);

export function debugContainer(name: string, wishes: Wishes): Container {
  return {
    name,
    image: wishes.image,
    resources: {},
    terminationMessagePolicy: 'File',
    ...(wishes.pullPolicy !== '' && { imagePullPolicy: wishes.pullPolicy }),
    ...(wishes.command.length > 0 && { [wishes.argumentsOnly ? 'args' : 'command']: wishes.command }),
    ...(wishes.env.length > 0 && { env: wishes.env }),
    ...(wishes.stdin && { stdin: true }),
    ...(wishes.tty && { tty: true }),
  };
}

/** The container with the profile's security context. */
export function profiled<T extends Partial<Container>>(container: T, profile: string, style: Style): T {
  const { clears, security } = TABLE[profile]!;
  const { securityContext, ...rest } = container;
  const added = security(style);
  const before = clears ? undefined : securityContext;
  if (added === undefined && before === undefined) return rest as T;
  const capabilities = {
    ...before?.capabilities,
    ...added?.capabilities,
    ...(before?.capabilities?.add && added?.capabilities?.add && { add: [...before.capabilities.add, ...added.capabilities.add] }),
  };
  return { ...rest, securityContext: { ...before, ...added, ...(Object.keys(capabilities).length > 0 && { capabilities }) } } as T;
}

/** The copy under its new name. `container` is new, or one of the Pod's own; "": only images change. */
export function copiedPod(pod: Pod, name: string, container: string, wishes: Wishes): Pod {
  const { metadata, spec } = pod;
  const { ephemeralContainers: _, nodeName, ...rest } = spec!;
  const images = rest.containers.map((c) => {
    const image = wishes.setImages.get(c.name) ?? wishes.setImages.get('*');
    return image === undefined ? c : { ...c, image };
  });
  const base: PodSpec = {
    ...rest,
    ...(wishes.sameNode && nodeName !== undefined && { nodeName }),
    ...(wishes.shareProcesses !== undefined && { shareProcessNamespace: wishes.shareProcesses }),
  };
  const kept = { name, namespace: metadata?.namespace, ...(metadata?.annotations && { annotations: metadata.annotations }) };
  if (container === '') {
    const labelled = { ...kept, ...(metadata?.labels && { labels: metadata.labels }) };
    return { apiVersion: 'v1', kind: 'Pod', metadata: labelled, spec: { ...base, containers: images } };
  }
  const all = images.some((c) => c.name === container)
    ? images.map((c) => (c.name === container ? changed(c, wishes) : c))
    : [...images, debugContainer(container, wishes)];
  if (wishes.profile === 'legacy') return { apiVersion: 'v1', kind: 'Pod', metadata: kept, spec: { ...base, containers: all } };
  return profiledCopy({ apiVersion: 'v1', kind: 'Pod', metadata: kept, spec: { ...base, containers: all } }, pod, container, wishes);
}

function changed(container: Container, wishes: Wishes): Container {
  const { stdin: _, tty: __, ...rest } = container;
  const { args: ___, ...withoutArgs } = rest;
  const command = wishes.command;
  return {
    ...(command.length > 0 && !wishes.argumentsOnly ? withoutArgs : rest),
    ...(command.length > 0 && { [wishes.argumentsOnly ? 'args' : 'command']: command }),
    ...(wishes.env.length > 0 && { env: wishes.env }),
    ...(wishes.image !== '' && { image: wishes.image }),
    ...(wishes.pullPolicy !== '' && { imagePullPolicy: wishes.pullPolicy }),
    ...(wishes.stdin && { stdin: true }),
    ...(wishes.tty && { tty: true }),
  };
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function profiledCopy(copy: Pod, original: Pod, container: string, { profile, keeps }: Wishes): Pod {
  const { annotations, ...metadata } = copy.metadata!;
  const { initContainers, ...spec } = copy.spec!;
  const withoutProbes = (c: Container): Container =>
    Object.fromEntries(
      Object.entries(c).filter(([key]) => keeps[key as (typeof PROBES)[number]] !== false || !PROBES.some((p) => p === key)),
    ) as unknown as Container;
  return {
    ...copy,
    metadata: {
      ...metadata,
      ...(keeps.annotations && annotations && { annotations }),
      ...(keeps.labels && original.metadata?.labels && { labels: original.metadata.labels }),
    },
    spec: {
      ...spec,
      ...(keeps.initContainers && initContainers && { initContainers }),
      containers: spec.containers.map((c) => (c.name === container ? profiled(withoutProbes(c), profile, 'copy') : withoutProbes(c))),
      shareProcessNamespace: spec.shareProcessNamespace ?? true,
    },
  };
}

export function nodePod(name: string, node: string, container: string, wishes: Wishes): Pod {
  const { usesHost, mountsRoot } = TABLE[wishes.profile]!;
  const base = profiled(debugContainer(container, wishes), wishes.profile, 'node');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [{ ...base, ...(mountsRoot && { volumeMounts: [{ mountPath: '/host', name: 'host-root' }] }) }],
      ...(usesHost && { hostIPC: true, hostNetwork: true, hostPID: true }),
      ...(mountsRoot && { volumes: [{ name: 'host-root', hostPath: { path: '/' } }] }),
      nodeName: node,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
    },
  };
}
