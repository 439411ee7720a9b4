/** The APIServices of this server's own group-versions: those that are built in, and those of custom resources while they are served.
 *  Upstream: pkg/controlplane/apiserver/aggregator.go, pkg/controlplane/controller/crdregistration */
import { Queue } from '../base/queue.ts';
import { rfc3339 } from '../base/time.ts';
import type { APIService, CustomResourceDefinition } from '../api/generated/types.ts';
import { apiVersionOf, APIServices, CustomResourceDefinitions } from '../api/resources.ts';
import { LOCAL, withAvailability } from './api-service-checks.ts';
import type { ServerState } from './server-state.ts';
import { whileReachable } from './storage.ts';

const MANAGED = 'kube-aggregator.kubernetes.io/automanaged';
const VERSION_PRIORITY = 15;
const CUSTOM = { group: 1000, version: 100 };

/** Where groups stand among each other. */
const GROUPS: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'apiextensions.k8s.io': 16_700,
  'admissionregistration.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
};
const VERSIONS: Readonly<Record<string, number>> = { '/v1': 1, 'autoscaling/v2': 30, 'flowcontrol.apiserver.k8s.io/v1': 21 };

interface Own {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** "onstart", or "true" for what comes and goes. */
  readonly managed: string;
}

const nameOf = ({ group, version }: Own): string => `${version}.${group}`;

export function registerLocalServices(server: ServerState): void {
  const { world, storage, kinds, hub } = server;
  const kind = kinds.of(APIServices);
  const random = world.random.fork('local-api-services');
  const create = (own: Own): void => {
    if (storage.read(APIServices, '', nameOf(own)) !== undefined) return;
    const now = rfc3339(world.clock.now());
    const object: APIService = {
      apiVersion: apiVersionOf(APIServices),
      kind: APIServices.kind,
      metadata: { name: nameOf(own), uid: random.uuid(), creationTimestamp: now, labels: { [MANAGED]: own.managed } },
      spec: {
        ...(own.group !== '' && { group: own.group }),
        version: own.version,
        groupPriorityMinimum: own.groupPriority,
        versionPriority: own.versionPriority,
      },
      status: {},
    };
    storage.put(kind, withAvailability(object, LOCAL, now), 0);
  };
  for (const own of builtIn(server)) create(own);

  const follow = (): void => {
    const wanted = customVersions(storage.list(CustomResourceDefinitions));
    for (const object of storage.list(APIServices)) {
      const { name = '', labels, resourceVersion } = object.metadata ?? {};
      if (labels?.[MANAGED] === 'true' && !wanted.has(name)) storage.remove(kind, '', name, Number(resourceVersion));
    }
    for (const own of wanted.values()) create(own);
  };
  follow();
  const changed = new Queue<true>(world);
  hub.subscribe(kinds.of(CustomResourceDefinitions), storage.etcd.revision, () => changed.push(true));
  world.spawn('register custom resources', async () => {
    for await (const _ of changed) whileReachable(follow);
  });
}

function builtIn({ kinds }: ServerState): readonly Own[] {
  const owns = kinds.all
    .filter(({ resource }) => Object.hasOwn(GROUPS, resource.group) && resource.definition !== undefined)
    .map(({ resource: { group, version } }) => ({
      group,
      version,
      groupPriority: GROUPS[group] as number,
      versionPriority: VERSIONS[`${group}/${version}`] ?? VERSION_PRIORITY,
      managed: 'onstart',
    }));
  return [...new Map(owns.map((own) => [nameOf(own), own])).values()];
}

function customVersions(definitions: readonly CustomResourceDefinition[]): ReadonlyMap<string, Own> {
  const wanted = new Map<string, Own>();
  for (const { spec, status } of definitions) {
    if (!status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True')) continue;
    for (const { name, served } of spec.versions) {
      const own = { group: spec.group, version: name, groupPriority: CUSTOM.group, versionPriority: CUSTOM.version, managed: 'true' };
      if (served) wanted.set(nameOf(own), own);
    }
  }
  return wanted;
}
