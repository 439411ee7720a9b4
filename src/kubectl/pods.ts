/** Which Pod and container a command means when it is given a Deployment, a Service, or nothing but a Pod.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/{polymorphichelpers,util/podutils,cmd/util/podcmd} */
import type { Container, LabelSelector, Pod } from '../api/generated/types.ts';
import { formatSelector, selectorOf } from '../api/selectors.ts';
import type { Kubectl } from './command.ts';
import { pathOf } from './discovery.ts';
import { CommandError } from './errors.ts';
import { type Info, oneInfo } from './infos.ts';
import { type Obj, at, dict, list, str } from './obj.ts';

/** The selector of an object's Pods, as a label selector; undefined where the kind has none. */
export function podSelectorOf(object: Obj): string | undefined {
  const selector = at(object, 'spec', 'selector');
  if (typeof selector !== 'object' || selector === null) return undefined;
  if ('matchLabels' in selector || 'matchExpressions' in selector) return formatSelector(selectorOf(selector as LabelSelector));
  if (object.kind === 'Service' || object.kind === 'ReplicationController') {
    return Object.entries(dict(selector))
      .map(([key, value]) => `${key}=${String(value)}`)
      .sort()
      .join(',');
  }
  return undefined;
}

export async function podsOf(k: Kubectl, object: Obj): Promise<readonly Pod[]> {
  const selector = podSelectorOf(object);
  if (selector === undefined || selector === '') {
    // Upstream: pkg/polymorphichelpers; the words are kubectl's own, with Go's name of the type.
    const type = `*${String(object.apiVersion).split('/').at(-1)}.${String(object.kind)}`;
    throw new CommandError(`cannot ${k.path === 'logs' ? 'get the logs from' : 'attach to'} ${type}: selector for ${type} not implemented`);
  }
  const namespace = str(object, 'metadata', 'namespace') || k.namespace;
  const found = await k.rest.json('GET', pathOf(await k.mapping('pods'), namespace), { query: [['labelSelector', selector]], typed: true });
  return (list(found, 'items') as readonly Pod[]).map((p) => ({ apiVersion: 'v1', kind: 'Pod', ...p }));
}

/** The Pod of POD or TYPE/NAME: of several, the one that has run best and longest. Waits for one to come up to `waitMs`. */
export async function podFor(k: Kubectl, words: readonly string[], waitMs: number): Promise<Pod> {
  const info = await oneInfo(k, words, 'pods');
  return podOfInfo(k, info, waitMs);
}

export async function podOfInfo(k: Kubectl, info: Info, waitMs: number, quiet = true): Promise<Pod> {
  if (info.mapping.resource === 'pods') return info.object as unknown as Pod;
  const end = k.io.clock.now() + waitMs;
  for (;;) {
    const pods = [...(await podsOf(k, info.object!))].sort(byUse);
    const first = pods[0];
    if (first !== undefined) {
      if (!quiet && pods.length > 1) await k.say(`Found ${pods.length} pods, using pod/${first.metadata?.name ?? ''}\n`);
      return first;
    }
    if (k.io.clock.now() >= end) throw new CommandError('timed out waiting for the condition');
    await k.io.clock.sleep(250, k.io.signal);
  }
}

const PHASES: Readonly<Record<string, number>> = { Running: 0, Unknown: 1, Pending: 2 };
const ready = (pod: Pod): boolean => pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
const restarts = (pod: Pod): number => Math.max(0, ...(pod.status?.containerStatuses ?? []).map((c) => c.restartCount));

/** Assigned before waiting, running before pending, ready before not, few restarts, and the oldest. */
function byUse(a: Pod, b: Pod): number {
  const assigned = Number(!a.spec?.nodeName) - Number(!b.spec?.nodeName);
  if (assigned !== 0) return assigned;
  const phase = (PHASES[a.status?.phase ?? ''] ?? 3) - (PHASES[b.status?.phase ?? ''] ?? 3);
  if (phase !== 0) return phase;
  const readiness = Number(ready(b)) - Number(ready(a));
  if (readiness !== 0) return readiness;
  if (restarts(a) !== restarts(b)) return restarts(a) - restarts(b);
  const [x, y] = [a.metadata?.creationTimestamp ?? '', b.metadata?.creationTimestamp ?? ''];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** All container names, marked as kubectl marks them: "nginx, setup (init)". */
export function containerList(pod: Pod): string {
  return [
    ...(pod.spec?.containers ?? []).map((c) => c.name),
    ...(pod.spec?.initContainers ?? []).map((c) => `${c.name} (init)`),
    ...(pod.spec?.ephemeralContainers ?? []).map((c) => `${c.name} (ephem)`),
  ].join(', ');
}

export function allContainers(pod: Pod): readonly Pick<Container, 'name'>[] {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? []), ...(pod.spec?.ephemeralContainers ?? [])];
}

/** The container of -c, or the default one, which is said on stderr when there is a choice. */
export async function containerFor(k: Kubectl, pod: Pod, wanted: string, quiet = false): Promise<string> {
  const name = pod.metadata?.name ?? '';
  if (wanted !== '') {
    if (!allContainers(pod).some((c) => c.name === wanted)) throw new CommandError(`container ${wanted} not found in pod ${name}`);
    return wanted;
  }
  const annotated = pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  if (annotated !== undefined) {
    if (allContainers(pod).some((c) => c.name === annotated)) return annotated;
    await k.say(`Default container name ${JSON.stringify(annotated)} not found in pod ${name}\n`);
  }
  const first = pod.spec?.containers[0]?.name ?? '';
  if (allContainers(pod).length > 1 && !quiet) await k.say(`Defaulted container ${JSON.stringify(first)} out of: ${containerList(pod)}\n`);
  return first;
}
