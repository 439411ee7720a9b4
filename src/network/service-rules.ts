/** What kube-proxy programs into a node: where a connection to a Service's address goes. Pure but for the affinity table.
 *  Upstream: pkg/proxy/iptables/proxier.go */
import type { Random } from '../base/world.ts';

export type Protocol = 'TCP' | 'UDP';

export interface ServiceEndpoint {
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** On this node. */
  readonly local: boolean;
  readonly node?: string;
  /** "default/web-1", for the packet's path. */
  readonly target?: string;
  readonly zones?: readonly string[];
}

/** One port of one Service. */
export interface ServicePortRules {
  /** "default/web" */
  readonly service: string;
  readonly portName: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly clusterIPs: readonly string[];
  /** External and load balancer addresses. */
  readonly externalIPs: readonly string[];
  readonly nodePort?: number;
  readonly affinityMs?: number;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly endpoints: readonly ServiceEndpoint[];
}

export type Choice =
  | { readonly type: 'endpoint'; readonly endpoint: ServiceEndpoint; readonly rules: ServicePortRules; readonly how: 'cluster' | 'node-port' | 'external' }
  | { readonly type: 'refused' | 'dropped'; readonly rules: ServicePortRules; readonly how: 'cluster' | 'node-port' | 'external' };

export interface ServiceRules {
  /** Replaces the rules of one Service; an empty list removes it. */
  set(service: string, ports: readonly ServicePortRules[]): void;
  /** Where a new connection goes; undefined where no rule speaks of the address. */
  choose(protocol: Protocol, address: string, port: number, source: string, nodeAddress: string, nowMs: number, random: Random): Choice | undefined;
  readonly all: () => readonly ServicePortRules[];
}

export function createServiceRules(): ServiceRules {
  const byService = new Map<string, readonly ServicePortRules[]>();
  const byAddress = new Map<string, ServicePortRules>();
  const byNodePort = new Map<string, ServicePortRules>();
  const affinity = new Map<string, { readonly endpoint: string; readonly atMs: number }>();

  function keysOf(rules: ServicePortRules): string[] {
    return [...rules.clusterIPs, ...rules.externalIPs].map(address => `${rules.protocol} ${address}:${rules.port}`);
  }

  function pick(rules: ServicePortRules, candidates: readonly ServiceEndpoint[], source: string, nowMs: number, random: Random): ServiceEndpoint {
    const key = `${rules.service} ${rules.portName} ${source}`;
    if (rules.affinityMs !== undefined) {
      const stuck = affinity.get(key);
      const same = stuck === undefined || nowMs - stuck.atMs > rules.affinityMs
        ? undefined : candidates.find(endpoint => `${endpoint.address}:${endpoint.port}` === stuck.endpoint);
      const chosen = same ?? candidates[random.int(candidates.length)]!;
      affinity.set(key, { endpoint: `${chosen.address}:${chosen.port}`, atMs: nowMs });
      return chosen;
    }
    return candidates[candidates.length === 1 ? 0 : random.int(candidates.length)]!;
  }

  return {
    set(service, ports) {
      for (const old of byService.get(service) ?? []) {
        for (const key of keysOf(old)) byAddress.delete(key);
        if (old.nodePort !== undefined) byNodePort.delete(`${old.protocol} ${old.nodePort}`);
      }
      if (ports.length === 0) { byService.delete(service); return; }
      byService.set(service, ports);
      for (const rules of ports) {
        for (const key of keysOf(rules)) byAddress.set(key, rules);
        if (rules.nodePort !== undefined) byNodePort.set(`${rules.protocol} ${rules.nodePort}`, rules);
      }
    },
    choose(protocol, address, port, source, nodeAddress, nowMs, random) {
      let rules = byAddress.get(`${protocol} ${address}:${port}`);
      let how: Choice['how'] = rules !== undefined && rules.clusterIPs.includes(address) ? 'cluster' : 'external';
      if (rules === undefined && (address === nodeAddress || address === '127.0.0.1')) {
        rules = byNodePort.get(`${protocol} ${port}`);
        how = 'node-port';
      }
      if (rules === undefined) return undefined;
      const local = how === 'cluster' ? rules.internalLocal : rules.externalLocal;
      const candidates = usable(rules.endpoints, local);
      if (candidates.length === 0) {
        // A local policy with endpoints elsewhere drops; without any endpoint the connection is refused.
        return { type: local && usable(rules.endpoints, false).length > 0 ? 'dropped' : 'refused', rules, how };
      }
      return { type: 'endpoint', endpoint: pick(rules, candidates, source, nowMs, random), rules, how };
    },
    all: () => [...byService.values()].flat(),
  };
}

/** Ready endpoints; where there are none, those that still serve while they terminate. */
export function usable(endpoints: readonly ServiceEndpoint[], local: boolean): readonly ServiceEndpoint[] {
  const here = local ? endpoints.filter(endpoint => endpoint.local) : endpoints;
  const ready = here.filter(endpoint => endpoint.ready);
  return ready.length > 0 ? ready : here.filter(endpoint => endpoint.serving && endpoint.terminating);
}
