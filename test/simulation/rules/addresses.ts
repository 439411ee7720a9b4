/** No address is given twice to what lives: Pod addresses, Service addresses, node ports. */
import type { Pod, Service } from '../../../src/api/generated/types.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import { PODS, SERVICES } from '../rule.ts';
import type { Accuse, Rule } from '../rule.ts';

/** Who holds what, told of each change of an object. */
class Holders {
  readonly #of = new Map<string, Set<string>>();

  change(key: string, before: readonly string[], after: readonly string[]): readonly string[] {
    for (const value of before) if (!after.includes(value)) this.#of.get(value)?.delete(key);
    return after.filter((value) => {
      const holders = this.#of.get(value) ?? new Set();
      this.#of.set(value, holders.add(key));
      return holders.size > 1;
    });
  }

  others(value: string): string {
    return [...this.#of.get(value) ?? []].join(' and ');
  }

  /** Nobody holds it any more, whatever objects say. */
  forget(key: string): void {
    for (const holders of this.#of.values()) holders.delete(key);
  }
}

export interface AddressRule {
  readonly rule: Rule;
  /** The node's power went: what it had given to its Pods is nobody's, and their stale status says nothing. */
  nodeLost(node: string): void;
}

const ended = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Containers that have all ended hold no network, although the Pod still stands in the store. */
function stopped(pod: Pod): boolean {
  const statuses = pod.status?.containerStatuses ?? [];
  return pod.metadata?.deletionTimestamp !== undefined && statuses.length > 0 && statuses.every(({ state }) => state?.terminated !== undefined);
}

function podAddresses(pod: Pod | undefined): readonly string[] {
  const ip = pod?.status?.podIP;
  return !pod || !ip || pod.spec?.hostNetwork || ended(pod) || stopped(pod) ? [] : [ip];
}

function serviceAddresses(service: Service | undefined): readonly string[] {
  return (service?.spec?.clusterIPs ?? []).filter((ip) => ip !== 'None');
}

function nodePorts(service: Service | undefined): readonly string[] {
  return (service?.spec?.ports ?? []).flatMap(({ nodePort, protocol }) => (nodePort ? [`${protocol ?? 'TCP'} ${nodePort}`] : []));
}

export function addressRule(accuse: Accuse): AddressRule {
  const pods = new Holders();
  const ips = new Holders();
  const ports = new Holders();
  /** Pod key to the address that it had when its node lost power. */
  const stale = new Map<string, string>();
  const places = new Map<string, Pod>();

  function seePod(key: string, before: Pod | undefined, after: Pod | undefined): void {
    if (after) places.set(key, after);
    else places.delete(key);
    if (stale.get(key) !== undefined && stale.get(key) === after?.status?.podIP) return;
    stale.delete(key);
    for (const ip of pods.change(key, podAddresses(before), podAddresses(after))) accuse('no Pod address is given twice', `${ip}: ${pods.others(ip)}`);
  }

  function seeService(key: string, before: Service | undefined, after: Service | undefined): void {
    for (const ip of ips.change(key, serviceAddresses(before), serviceAddresses(after))) accuse('no Service address is given twice', `${ip}: ${ips.others(ip)}`);
    for (const port of ports.change(key, nodePorts(before), nodePorts(after))) accuse('no node port is given twice', `${port}: ${ports.others(port)}`);
  }

  return {
    rule({ key, before, object }) {
      const is = <T extends KubeObject>(value: KubeObject | undefined): T | undefined => value as T | undefined;
      if (key.startsWith(PODS)) seePod(key, is<Pod>(before), is<Pod>(object));
      else if (key.startsWith(SERVICES)) seeService(key, is<Service>(before), is<Service>(object));
    },
    nodeLost(node) {
      for (const [key, pod] of places) {
        if (pod.spec?.nodeName !== node) continue;
        pods.forget(key);
        if (pod.status?.podIP) stale.set(key, pod.status.podIP);
      }
    },
  };
}
