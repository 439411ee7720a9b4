/** Empties a deleted namespace, Pods first and everything else when they are gone, then lets it go.
 *  Upstream: pkg/controller/namespace/{namespace_controller,deletion/namespaced_resources_deleter}.go */
import { parseTime } from '../base/time.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { Namespace, NamespaceCondition, Pod } from '../api/generated/types.ts';
import { isTerminating, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { Namespaces, Pods } from '../api/resources.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { createDeletable } from './deletable.ts';
import { namespaceConditions } from './namespace-conditions.ts';
import { isFinished } from './pods.ts';
import { plural } from './words.ts';

const NAME = 'namespace-controller';
/** Other API servers may still be letting writes into the namespace for so long. */
const GRACE_MS = 5000;
const FINALIZER_ESTIMATE_SECONDS = 15;
const FINALIZER = 'kubernetes';

interface Left {
  readonly count: number;
  readonly finalizers: ReadonlyMap<string, number>;
  readonly estimateSeconds: number;
  readonly error?: string;
}

const NOTHING_LEFT: Left = { count: 0, finalizers: new Map(), estimateSeconds: 0 };

export function createNamespaceController(context: ControllerContext): Controller {
  const { client, world } = context;
  const namespaces = context.informer(Namespaces);
  const deletable = createDeletable(context);

  async function reconcile(key: string): Promise<Requeue | void> {
    const seen = namespaces.get(key);
    if (seen === undefined || !isTerminating(seen)) return;
    const deletedAt = parseTime(seen.metadata?.deletionTimestamp ?? '');
    const graceLeft = deletedAt + GRACE_MS - world.clock.now();
    if (graceLeft > 0) return { afterMs: graceLeft };
    const namespace = await getTerminating(key);
    if (namespace === undefined || (namespace.spec?.finalizers ?? []).length === 0) return;
    const estimate = await deleteContent(namespace, deletedAt);
    if (estimate !== undefined) return { afterMs: (Math.floor(estimate / 2) + 1) * 1000 };
    await finalize(key);
  }

  /** The live namespace in its Terminating phase. */
  async function getTerminating(name: string): Promise<Namespace | undefined> {
    try {
      const fresh = await client.get(Namespaces, name);
      if (!isTerminating(fresh) || fresh.status?.phase === 'Terminating') return isTerminating(fresh) ? fresh : undefined;
      return await client.updateStatus(Namespaces, { ...fresh, status: { ...fresh.status, phase: 'Terminating' } });
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  /** After how many seconds to look again; undefined: it is empty. Throws where something is left that should have gone. */
  async function deleteContent(namespace: Namespace, deletedAt: number): Promise<number | undefined> {
    const name = namespace.metadata?.name ?? '';
    const left = new Map<Resource, Left>();
    const visit = async (resource: Resource): Promise<void> => {
      const outcome = await deleteAll(resource, name, deletedAt);
      if (outcome.count > 0 || outcome.error !== undefined) left.set(resource, outcome);
    };
    await visit(Pods as Resource);
    if (left.size === 0) for (const resource of deletable()) if (resource.namespaced && resource !== Pods) await visit(resource);
    await writeConditions(namespace, left);
    tell(namespace, left);
    const errors = [...left.values()].flatMap((each) => each.error ?? []);
    if (errors.length > 0)
      throw new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: errors.join(', '), code: 500 });
    return left.size === 0 ? undefined : Math.max(...[...left.values()].map((each) => each.estimateSeconds));
  }

  async function deleteAll(resource: Resource, namespace: string, deletedAt: number): Promise<Left> {
    try {
      const before = await client.list(resource, { namespace });
      if (before.items.length === 0) return NOTHING_LEFT;
      const estimate = resource.kind === 'Pod' ? graceLeftSeconds(before.items, deletedAt) : 0;
      await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background' });
      const after = await client.list(resource, { namespace });
      return whatIsLeft(resource, namespace, after.items, estimate);
    } catch (error) {
      if (isReason(error, 'NotFound') || isReason(error, 'MethodNotAllowed')) return NOTHING_LEFT;
      if (!(error instanceof ApiError)) throw error;
      return { ...NOTHING_LEFT, error: error.message };
    }
  }

  /** How long the slowest Pod may still take to stop. */
  function graceLeftSeconds(pods: readonly KubeObject[], deletedAt: number): number {
    const elapsed = Math.floor((world.clock.now() - deletedAt) / 1000);
    return pods.reduce(
      (longest, pod: Pod) => (isFinished(pod) ? longest : Math.max(longest, (pod.spec?.terminationGracePeriodSeconds ?? 30) - elapsed)),
      0,
    );
  }

  async function writeConditions(namespace: Namespace, left: ReadonlyMap<Resource, Left>): Promise<void> {
    const finalizers = new Map<string, number>();
    for (const each of left.values())
      for (const [name, count] of each.finalizers) finalizers.set(name, (finalizers.get(name) ?? 0) + count);
    const counts = new Map([...left].filter(([, each]) => each.count > 0).map(([resource, each]) => [resource, each.count]));
    const errors = [...left.values()].flatMap((each) => each.error ?? []);
    const old: readonly NamespaceCondition[] = namespace.status?.conditions ?? [];
    const conditions = namespaceConditions(old, { counts, finalizers, errors }, world.clock.now());
    if (conditions.length === old.length && conditions.every((condition, index) => condition === old[index])) return;
    await client.updateStatus(Namespaces, { ...namespace, status: { ...namespace.status, phase: 'Terminating', conditions } });
  }

  async function finalize(name: string): Promise<void> {
    try {
      const fresh = await client.get(Namespaces, name);
      const finalizers = (fresh.spec?.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
      await client.update(Namespaces, { ...fresh, spec: { ...fresh.spec, finalizers } }, { subresource: 'finalize' });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  function tell(namespace: Namespace, left: ReadonlyMap<Resource, Left>): void {
    const object = { resource: 'namespaces', name: namespace.metadata?.name ?? '', uid: uidOf(namespace) };
    if (left.size === 0) {
      world.trace({ type: 'decision', actor: NAME, object, did: 'let the namespace go', because: 'Nothing is left in it.' });
      return;
    }
    const list = [...left].map(([resource, each]) => plural(each.count, resource.kind)).join(', ');
    const because = left.has(Pods as Resource)
      ? 'Pods go first, and some are still stopping.'
      : 'What has finalizers stays until somebody removes them.';
    world.trace({ type: 'decision', actor: NAME, object, did: `waits for ${list} to go`, because });
  }

  return { name: NAME, for: Namespaces, reconcile };
}

function whatIsLeft(resource: Resource, namespace: string, items: readonly KubeObject[], estimate: number): Left {
  if (items.length === 0) return NOTHING_LEFT;
  const finalizers = new Map<string, number>();
  for (const item of items) for (const name of item.metadata?.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  const left = { count: items.length, finalizers };
  if (estimate > 0) return { ...left, estimateSeconds: estimate };
  if (finalizers.size > 0) return { ...left, estimateSeconds: FINALIZER_ESTIMATE_SECONDS };
  const error = `unexpected items still remain in namespace: ${namespace} for gvr: ${resource.group}/${resource.version}, Resource=${resource.plural}`;
  return { ...left, estimateSeconds: 0, error };
}
