/** What the engine says about itself. The board, the timeline, the Why panel, lessons and failing tests read the same
 *  record. Trace events are hashed into the history, so they hold JSON values only. */

/** Names an API object: "pods", "default", "web-1". */
export interface ObjectRef {
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** One API call as the apiserver finished it. */
export interface RequestTrace {
  readonly type: 'request';
  /** User agent up to the slash: "kubectl", "kubelet", "deployment-controller". */
  readonly client: string;
  readonly user: string;
  readonly verb: string;
  readonly path: string;
  readonly status: number;
  /** The revision a write made; absent for reads and refusals. */
  readonly revision?: number;
}

/** A component decided something about an object: the raw material of the Why panel. */
export interface DecisionTrace {
  readonly type: 'decision';
  /** "deployment-controller", "default-scheduler", "kubelet", "kube-proxy". */
  readonly actor: string;
  readonly object: ObjectRef;
  /** What it did, in one short plain sentence without the subject: "made a new ReplicaSet web-5c8b7d4f9". */
  readonly did: string;
  /** Why, in one plain sentence: "The template changed, so 2 new Pods start and 1 old Pod goes." */
  readonly because: string;
  /** Numbers and names behind the sentence, for views that draw them. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** One reconcile of one key by one controller. */
export interface ReconcileTrace {
  readonly type: 'reconcile';
  readonly controller: string;
  readonly key: string;
  readonly outcome: 'done' | 'again' | 'failed';
}

/** One scheduling cycle with every node and plugin (see scheduler/decision-record.ts for `record`). */
export interface ScheduleTrace {
  readonly type: 'schedule';
  readonly pod: ObjectRef;
  readonly outcome: 'scheduled' | 'unschedulable' | 'error';
  readonly node?: string;
  readonly record: object;
}

/** A connection or datagram and the hops that it took: `worker-1/client-pod`, `service 10.96.0.12:80`, `worker-2/web-1`. */
export interface PacketTrace {
  readonly type: 'packet';
  readonly protocol: 'TCP' | 'UDP';
  readonly from: string;
  readonly to: string;
  readonly hops: readonly string[];
  readonly outcome: 'delivered' | 'refused' | 'dropped' | 'timeout';
}

/** Something in a container or on a node that no API object says at once: process start, exit, kill, image pull. */
export interface RuntimeTrace {
  readonly type: 'runtime';
  readonly node: string;
  readonly what: string;
  readonly object?: ObjectRef;
  readonly detail?: string;
}

/** A fault began or ended, or a component crashed. */
export interface FaultTrace {
  readonly type: 'fault';
  readonly name: string;
  readonly target: string;
  readonly active: boolean;
  readonly detail?: string;
}

export type TraceEvent =
  | RequestTrace | DecisionTrace | ReconcileTrace | ScheduleTrace | PacketTrace | RuntimeTrace | FaultTrace;

/** A trace event with its place in history. */
export interface TraceRecord {
  readonly at: number;
  readonly machine: string;
  readonly event: TraceEvent;
}
