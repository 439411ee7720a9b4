/** What must hold after every revision of the store, whatever anybody does and breaks. Fed by a watch of the whole store, so
 *  that no state in between is missed. A violation is kept with its revision and time. */
import type { Deployment, Pod, ReplicaSet, Service } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { controllerOf } from '../../src/api/meta.ts';
import { intOrPercent } from './int-or-percent.ts';
import type { Etcd, EtcdEvent } from '../../src/etcd/etcd.ts';

export interface Violation { readonly rule: string; readonly at: number; readonly revision: number; readonly detail: string }

/** How long a controller may act on the desired state that it read last, in virtual milliseconds. */
const STALE_MS = 5_000;

interface Wish { readonly replicas: number; readonly atMs: number }

const isActive = (pod: Pod): boolean => !pod.metadata?.deletionTimestamp && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed';
const isUp = (pod: Pod): boolean => pod.status?.phase === 'Running' || pod.status?.phase === 'Pending';

export class Invariants {
  readonly violations: Violation[] = [];
  revisions = 0;
  readonly #pods = new Map<string, Pod>();
  readonly #owned = new Map<string, Set<string>>();
  readonly #wishes = new Map<string, Wish[]>();
  readonly #allowances = new Map<string, Wish[]>();
  readonly #deploymentOf = new Map<string, string>();
  readonly #clusterIps = new Map<string, string>();
  readonly #podIps = new Map<string, Set<string>>();

  constructor(etcd: Etcd, private readonly nowMs: () => number, afterRevision = 0) {
    etcd.watch('/registry/', afterRevision, (event) => this.#see(event));
  }

  #fail(rule: string, revision: number, detail: string): void {
    if (this.violations.length < 20) this.violations.push({ rule, at: this.nowMs(), revision, detail });
  }

  #see({ type, kv, prev }: EtcdEvent): void {
    this.revisions += 1;
    const object = kv.value as KubeObject;
    const before = prev?.value as KubeObject | undefined;
    const revision = kv.modRevision;
    if (type === 'delete' && before) this.#deleted(kv.key, before, revision);
    if (kv.key.startsWith('/registry/pods/')) this.#seePod(kv.key, type === 'delete' ? undefined : object as Pod, before as Pod | undefined, revision);
    else if (kv.key.startsWith('/registry/replicasets/') && type === 'put') this.#seeReplicaSet(object as ReplicaSet);
    else if (kv.key.startsWith('/registry/deployments/') && type === 'put') this.#seeDeployment(object as Deployment);
    else if (kv.key.startsWith('/registry/services/specs/')) this.#seeService(kv.key, type === 'delete' ? undefined : object as Service, revision);
  }

  /** An object with finalizers may not disappear. */
  #deleted(key: string, before: KubeObject, revision: number): void {
    if ((before.metadata?.finalizers ?? []).length > 0) this.#fail('an object with finalizers stays', revision, `${key} had ${before.metadata?.finalizers?.join()}`);
  }

  #seePod(key: string, pod: Pod | undefined, before: Pod | undefined, revision: number): void {
    if (before) this.#forget(key, before);
    if (!pod) {
      this.#pods.delete(key);
      return;
    }
    this.#pods.set(key, pod);
    const boundBefore = before?.spec?.nodeName;
    if (boundBefore && before?.metadata?.uid === pod.metadata?.uid && boundBefore !== pod.spec?.nodeName) {
      this.#fail('a Pod is bound once', revision, `${key} moved from ${boundBefore} to ${pod.spec?.nodeName}`);
    }
    this.#seeAddress(key, pod, revision);
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet' || !isActive(pod)) return;
    const owned = this.#owned.get(owner.uid) ?? new Set();
    owned.add(key);
    this.#owned.set(owner.uid, owned);
    if (before && before.metadata?.uid === pod.metadata?.uid && isActive(before)) return;
    this.#checkCount(owner.uid, owned.size, revision, key);
  }

  #forget(key: string, before: Pod): void {
    const owner = controllerOf(before);
    if (owner) this.#owned.get(owner.uid)?.delete(key);
    const ip = before.status?.podIP;
    if (ip) this.#podIps.get(ip)?.delete(key);
  }

  #seeAddress(key: string, pod: Pod, revision: number): void {
    const ip = pod.status?.podIP;
    if (!ip || pod.spec?.hostNetwork || !isUp(pod)) return;
    const holders = this.#podIps.get(ip) ?? new Set();
    holders.add(key);
    this.#podIps.set(ip, holders);
    const living = [...holders].filter((other) => { const found = this.#pods.get(other); return found && isUp(found) && !found.metadata?.deletionTimestamp; });
    if (living.length > 1) this.#fail('no Pod address is given twice', revision, `${ip}: ${living.join(' ')}`);
  }

  #seeReplicaSet(set: ReplicaSet): void {
    const uid = set.metadata?.uid ?? '';
    this.#remember(this.#wishes, uid, set.spec?.replicas ?? 1);
    const owner = controllerOf(set);
    if (owner?.kind === 'Deployment') this.#deploymentOf.set(uid, owner.uid);
  }

  #seeDeployment(deployment: Deployment): void {
    const replicas = deployment.spec?.replicas ?? 1;
    const surge = deployment.spec?.strategy?.type === 'Recreate' ? 0 : intOrPercent(deployment.spec?.strategy?.rollingUpdate?.maxSurge ?? 1, replicas, 'up');
    this.#remember(this.#allowances, deployment.metadata?.uid ?? '', replicas + Math.max(surge, 1));
  }

  #remember(wishes: Map<string, Wish[]>, uid: string, replicas: number): void {
    const list = wishes.get(uid) ?? [];
    if (list.at(-1)?.replicas !== replicas) list.push({ replicas, atMs: this.nowMs() });
    wishes.set(uid, list);
  }

  /** The most that was wished for at any moment of the last seconds. */
  #most(wishes: readonly Wish[] | undefined): number {
    if (!wishes || wishes.length === 0) return Infinity;
    const since = this.nowMs() - STALE_MS;
    return Math.max(...wishes.filter((wish, index) => index === wishes.length - 1 || (wishes[index + 1]?.atMs ?? 0) >= since).map((wish) => wish.replicas));
  }

  #checkCount(uid: string, count: number, revision: number, key: string): void {
    const allowed = this.#most(this.#wishes.get(uid));
    if (count > allowed) this.#fail('a ReplicaSet never has more Pods than asked for', revision, `${key} makes ${count}, asked for ${allowed}`);
    const deployment = this.#deploymentOf.get(uid);
    if (!deployment) return;
    let total = 0;
    for (const [set, owned] of this.#owned) if (this.#deploymentOf.get(set) === deployment) total += owned.size;
    const most = this.#most(this.#allowances.get(deployment));
    if (total > most) this.#fail('a Deployment never has more Pods than replicas and surge', revision, `${key} makes ${total}, allowed ${most}`);
  }

  #seeService(key: string, service: Service | undefined, revision: number): void {
    for (const [ip, holder] of this.#clusterIps) if (holder === key) this.#clusterIps.delete(ip);
    const ip = service?.spec?.clusterIP;
    if (!ip || ip === 'None') return;
    const holder = this.#clusterIps.get(ip);
    if (holder && holder !== key) this.#fail('no Service address is given twice', revision, `${ip}: ${holder} ${key}`);
    this.#clusterIps.set(ip, key);
  }

  /** Every Pod by its key in the store, for the rules of the end. */
  get pods(): ReadonlyMap<string, Pod> {
    return this.#pods;
  }

}
