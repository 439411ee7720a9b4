/** Defaults of Pods and of the Pod templates in workloads.
 *  Upstream: pkg/apis/core/v1/defaults.go */
import type {
  Container, ContainerPort, DownwardAPIVolumeFile, EnvVar, LifecycleHandler, Pod, PodSpec, PodTemplateSpec, Probe, ProjectedVolumeSource,
  ResourceRequirements, Volume,
} from '../../api/generated/types.ts';
import { canonicalResources } from './quantities.ts';
import { fill, mapField, mapItems } from './share.ts';

const MODE = 0o644;
const NO_RESOURCES: ResourceRequirements = Object.freeze({});
const NO_CONTEXT = Object.freeze({});
const NO_DIR = Object.freeze({});

/** "Always" for the tag latest and for no tag at all; a digest or any other tag never changes, so "IfNotPresent". */
export function defaultPullPolicy(image: string | undefined): string {
  if (!image || image.includes('@')) return image ? 'IfNotPresent' : 'Always';
  const colon = image.lastIndexOf(':');
  const tag = colon > image.lastIndexOf('/') ? image.slice(colon + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

type HttpGet = NonNullable<Probe['httpGet']>;
const httpGetDefaults = (action: HttpGet): HttpGet => fill(action, { path: '/', scheme: 'HTTP' });
const handlerDefaults = (handler: LifecycleHandler): LifecycleHandler => mapField(handler, 'httpGet', httpGetDefaults);

const PROBE: Partial<Probe> = Object.freeze({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });

function probeDefaults(probe: Probe): Probe {
  const filled = mapField(mapField(probe, 'httpGet', httpGetDefaults), 'grpc', (action) => fill(action, { service: '' }));
  return fill(positiveOnly(filled), PROBE);
}

/** Zero means "not said" for these counts. */
function positiveOnly(probe: Probe): Probe {
  const zeros = (Object.keys(PROBE) as (keyof Probe)[]).filter((key) => probe[key] === 0);
  if (zeros.length === 0) return probe;
  const copy: Record<string, unknown> = { ...probe };
  for (const key of zeros) delete copy[key];
  return copy as Probe;
}

const resourcesDefaults = (resources: ResourceRequirements): ResourceRequirements =>
  mapField(mapField(resources, 'limits', canonicalResources), 'requests', canonicalResources);

const envDefaults = (env: EnvVar): EnvVar => mapField(env, 'valueFrom', (source) =>
  mapField(mapField(source, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' })), 'resourceFieldRef', (ref) => fill(ref, { divisor: '0' })));

const portDefaults = (port: ContainerPort): ContainerPort => fill(port, { protocol: 'TCP' });

function containerDefaults(container: Container): Container {
  let next = fill(container, {
    imagePullPolicy: container.imagePullPolicy || defaultPullPolicy(container.image),
    resources: NO_RESOURCES,
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  if (next.ports) next = mapItems(next, 'ports', portDefaults);
  if (next.env) next = mapItems(next, 'env', envDefaults);
  if (next.resources !== NO_RESOURCES) next = mapField(next, 'resources', resourcesDefaults);
  next = mapField(mapField(mapField(next, 'livenessProbe', probeDefaults), 'readinessProbe', probeDefaults), 'startupProbe', probeDefaults);
  return mapField(next, 'lifecycle', (lifecycle) => mapField(mapField(lifecycle, 'postStart', handlerDefaults), 'preStop', handlerDefaults));
}

const downwardDefaults = (item: DownwardAPIVolumeFile): DownwardAPIVolumeFile => mapField(item, 'fieldRef', (ref) => fill(ref, { apiVersion: 'v1' }));

const projectedDefaults = (source: ProjectedVolumeSource): ProjectedVolumeSource =>
  mapItems(fill(source, { defaultMode: MODE }), 'sources', (one) => mapField(
    mapField(one, 'serviceAccountToken', (token) => fill(token, { expirationSeconds: 3600 })),
    'downwardAPI', (downward) => mapItems(downward, 'items', downwardDefaults),
  ));

function volumeDefaults(volume: Volume): Volume {
  if (Object.keys(volume).length < 2) return { ...volume, emptyDir: NO_DIR };
  if (volume.configMap) return mapField(volume, 'configMap', (source) => fill(source, { defaultMode: MODE }));
  if (volume.secret) return mapField(volume, 'secret', (source) => fill(source, { defaultMode: MODE }));
  if (volume.projected) return mapField(volume, 'projected', projectedDefaults);
  if (volume.hostPath) return mapField(volume, 'hostPath', (source) => fill(source, { type: '' }));
  if (volume.downwardAPI) {
    return mapField(volume, 'downwardAPI', (source) => mapItems(fill(source, { defaultMode: MODE }), 'items', downwardDefaults));
  }
  if (volume.iscsi) return mapField(volume, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' }));
  return mapField(volume, 'ephemeral', (source) => mapField(source, 'volumeClaimTemplate', (template) =>
    mapField(template, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' }))));
}

/** What a Pod's spec and a template's spec have in common. */
export function podSpecDefaults(spec: PodSpec): PodSpec {
  const account = spec.serviceAccountName || spec.serviceAccount;
  let next = fill(spec, {
    dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', schedulerName: 'default-scheduler', securityContext: NO_CONTEXT,
    terminationGracePeriodSeconds: 30,
  });
  if (account && (spec.serviceAccount !== account || spec.serviceAccountName !== account)) {
    next = { ...next, serviceAccount: account, serviceAccountName: account };
  }
  next = mapItems(next, 'containers', containerDefaults);
  if (next.initContainers) next = mapItems(next, 'initContainers', containerDefaults);
  if (next.ephemeralContainers) next = mapItems(next, 'ephemeralContainers', (one) => containerDefaults(one as Container) as typeof one);
  if (next.volumes) next = mapItems(next, 'volumes', volumeDefaults);
  return mapField(next, 'overhead', canonicalResources);
}

/** Requests that are not said are those of the limits; a Pod has that, a template has not. */
function requestsFromLimits(container: Container): Container {
  const limits = container.resources?.limits;
  if (!limits) return container;
  return mapField(container, 'resources', (resources) => {
    const requests = fill(resources.requests ?? {}, limits);
    return requests === resources.requests ? resources : { ...resources, requests };
  });
}

const hostPorts = (container: Container): Container =>
  mapItems(container, 'ports', (port) => (port.hostPort ? port : { ...port, hostPort: port.containerPort }));

export function podDefaults(pod: Pod): Pod {
  return mapField(pod, 'spec', (spec) => {
    let next = fill(podSpecDefaults(spec), { enableServiceLinks: true });
    next = mapItems(next, 'containers', requestsFromLimits);
    if (next.initContainers) next = mapItems(next, 'initContainers', requestsFromLimits);
    if (!next.hostNetwork) return next;
    return mapItems(mapItems(next, 'containers', hostPorts), 'initContainers', hostPorts);
  });
}

/** The template of a workload: defaults that only a Pod has (service links, requests from limits) come when the Pod is made. */
export function podTemplateDefaults(template: PodTemplateSpec): PodTemplateSpec {
  return mapField(template, 'spec', podSpecDefaults);
}
