/** Works out a Pod's status from what runs and hands it to the status manager. */
import type { Container, Pod, PodCondition, PodStatus } from '../api/generated/types.ts';
import { rfc3339 } from '../base/time.ts';
import { terminatedStatuses, type StatusFacts } from './container-statuses.ts';
import type { KubeletContext } from './context.ts';
import type { PodCache } from './pod-cache.ts';
import { OWNED_CONDITIONS } from './pod-conditions.ts';
import type { PodState } from './pod-state.ts';
import { computePodStatus } from './pod-status.ts';
import { allContainers, type PodView } from './pod-view.ts';
import type { ProbeVerdict } from './pod-actions.ts';
import type { ProbeManager } from './probes/probe-manager.ts';
import type { StatusManager } from './status-manager.ts';
import { terminationMessage } from './termination-message.ts';
import { qosClassOf } from '../api/pod.ts';

export interface PodReporter {
  report(state: PodState): PodStatus;
}

export interface ReporterTools {
  readonly context: KubeletContext;
  readonly cache: PodCache;
  readonly probes: ProbeManager;
  readonly statuses: StatusManager;
  directoryOf(podUid: string): string;
  /** The Pod as the API has it: the mirror of a static one. */
  apiPod(podUid: string): Pod | undefined;
}

export function createPodReporter(tools: ReporterTools): PodReporter {
  const { context, cache, probes, statuses } = tools;

  function factsOf(state: PodState, view: PodView): StatusFacts {
    const specs: readonly Container[] = allContainers(state.pod);
    const find = (name: string): Container | undefined => specs.find((each) => each.name === name);
    const verdict = (has: unknown, found: ProbeVerdict | undefined): ProbeVerdict | undefined => (has === undefined ? undefined : found ?? 'unknown');
    return {
      failure: (name) => state.failures.get(name),
      startup: (name, id) => verdict(find(name)?.startupProbe, probes.startup(id)),
      readiness: (name, id) => verdict(find(name)?.readinessProbe, probes.readiness(id)),
      terminationMessage(id) {
        const known = state.terminationMessages.get(id);
        if (known !== undefined) return known === '' ? undefined : known;
        const record = view.containers.find((each) => each.id === id);
        if (record === undefined) return undefined;
        const message = terminationMessage(context.runtime, context.files, tools.directoryOf(state.uid), find(record.config.name), record);
        state.terminationMessages.set(id, message);
        return message === '' ? undefined : message;
      },
    };
  }

  /** What was reported last, with the conditions of others as the API has them now. */
  function before(state: PodState): PodStatus {
    const api = tools.apiPod(state.uid)?.status ?? state.pod.status ?? {};
    const last = statuses.get(state.uid);
    const foreign = (api.conditions ?? []).filter((each) => !OWNED_CONDITIONS.has(each.type) && each.type !== state.failed?.condition?.type);
    const added: readonly PodCondition[] = state.failed?.condition === undefined ? foreign : [...foreign, state.failed.condition];
    if (last === undefined) return added === foreign ? api : { ...api, conditions: [...added, ...ownOf(api)] };
    return added.length === 0 ? last : { ...last, conditions: [...added, ...ownOf(last)] };
  }

  return {
    report(state) {
      const now = rfc3339(context.world.clock.now());
      const old = before(state);
      if (state.failed?.refused === true) return set(state, refusedStatus(state, old));
      const view = cache.view(state.uid);
      const status = computePodStatus({
        pod: state.pod, view, old, facts: factsOf(state, view), terminal: state.mode === 'ended', nodeIP: context.nodeIP, now,
        ...(state.failed !== undefined && { failed: state.failed }),
      });
      if (state.mode !== 'ended') return set(state, status);
      return set(state, {
        ...status, containerStatuses: terminatedStatuses(status.containerStatuses ?? []),
        ...(status.initContainerStatuses !== undefined && { initContainerStatuses: terminatedStatuses(status.initContainerStatuses) }),
      });
    },
  };

  function set(state: PodState, status: PodStatus): PodStatus {
    statuses.set(state.pod, status);
    return status;
  }

  function refusedStatus({ pod, failed }: PodState, old: PodStatus): PodStatus {
    const startTime = old.startTime ?? rfc3339(context.world.clock.now());
    return { ...old, phase: 'Failed', reason: failed?.reason, message: `Pod was rejected: ${failed?.message}`, qosClass: old.qosClass ?? qosClassOf(pod), startTime };
  }
}

const ownOf = (status: PodStatus): readonly PodCondition[] => (status.conditions ?? []).filter((each) => OWNED_CONDITIONS.has(each.type));
