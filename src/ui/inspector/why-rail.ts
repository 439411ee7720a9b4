/** The story of one object, cause first: what the learner did, what each component decided and why, what the scheduler
 *  and the kubelet said. Read from the trace; nothing is guessed. Pure. */
import type { ObjectRef, TraceRecord } from '../../base/trace.ts';
import type { CommandResult } from '../../sandbox/sandbox.ts';
import type { DecisionRecord } from '../../scheduler/decision-record.ts';
import type { CoreV1Event } from '../../api/generated/types.ts';

export type Actor = 'you' | 'controller' | 'scheduler' | 'kubelet' | 'runtime' | 'network' | 'fault';

export interface Step {
  readonly atMicros: number;
  readonly actor: Actor;
  /** "Deployment controller", "You". */
  readonly who: string;
  readonly did: string;
  readonly because: string;
  /** How many times in a row. */
  readonly times: number;
  readonly record?: DecisionRecord;
}

/** The object and the owners whose decisions made it. */
export interface Subject {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

const NAMES: Readonly<Record<string, readonly [Actor, string]>> = {
  'default-scheduler': ['scheduler', 'Scheduler'],
  kubelet: ['kubelet', 'Kubelet'],
  'kube-proxy': ['network', 'kube-proxy'],
  'deployment-controller': ['controller', 'Deployment controller'],
  'replicaset-controller': ['controller', 'ReplicaSet controller'],
  'node-lifecycle-controller': ['controller', 'Node controller'],
  'taint-eviction-controller': ['controller', 'Taint eviction'],
  'endpointslice-controller': ['controller', 'EndpointSlice controller'],
  'garbage-collector': ['controller', 'Garbage collector'],
  'pod-garbage-collector': ['controller', 'Pod garbage collector'],
};

export function whoIs(actor: string): readonly [Actor, string] {
  return NAMES[actor] ?? ['controller', `${actor.charAt(0).toUpperCase()}${actor.slice(1).replaceAll('-', ' ')}`];
}

export function whyRail(
  subjects: readonly Subject[],
  node: string | undefined,
  records: readonly TraceRecord[],
  commands: readonly CommandResult[],
): readonly Step[] {
  const steps: Step[] = [];
  const about = (ref: ObjectRef | undefined): boolean =>
    ref !== undefined &&
    subjects.some((one) => one.resource === ref.resource && one.name === ref.name && (ref.namespace ?? '') === one.namespace);
  for (const { at, event } of records) {
    if (event.type === 'decision' && about(event.object)) {
      const [actor, who] = whoIs(event.actor);
      steps.push({ atMicros: at, actor, who, did: event.did, because: event.because, times: 1 });
    } else if (event.type === 'schedule' && about(event.pod)) {
      const record = event.record as DecisionRecord;
      steps.push({
        atMicros: at,
        actor: 'scheduler',
        who: 'Scheduler',
        times: 1,
        record,
        did: event.outcome === 'scheduled' ? `chose ${event.node}` : 'found no node',
        because: event.outcome === 'scheduled' ? chosenBecause(record) : (record.message ?? ''),
      });
    } else if (event.type === 'runtime' && about(event.object)) {
      steps.push({ atMicros: at, actor: 'runtime', who: 'Container', did: event.what, because: event.detail ?? '', times: 1 });
    } else if (event.type === 'fault' && node !== undefined && event.target.split(' ').includes(node)) {
      steps.push({
        atMicros: at,
        actor: 'you',
        who: 'You',
        did: `${event.active ? 'broke' : 'mended'} ${event.target}`,
        because: event.detail ?? faultSentence(event.name),
        times: 1,
      });
    }
  }
  for (const command of commands)
    if (mentions(command, subjects))
      steps.push({
        atMicros: command.startedAtMicros,
        actor: 'you',
        who: 'You',
        did: `typed ${command.command.trim()}`,
        because: firstLine(command),
        times: 1,
      });
  steps.sort((a, b) => a.atMicros - b.atMicros);
  return fold(steps);
}

/** Kubelet events tell of pulls and starts in Kubernetes' own words, where the trace does not. */
export function eventSteps(events: readonly CoreV1Event[], startMs: number): readonly Step[] {
  return events
    .filter((event) => event.source?.component === 'kubelet' || event.reportingComponent === 'kubelet')
    .map((event) => ({
      atMicros: Math.max(
        0,
        (Date.parse(String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp)) - startMs) * 1000,
      ),
      actor: 'kubelet' as const,
      who: 'Kubelet',
      did: KUBELET_DID[event.reason ?? ''] ?? event.reason ?? '',
      because: event.message ?? '',
      times: event.count ?? 1,
    }));
}

const KUBELET_DID: Readonly<Record<string, string>> = {
  Pulling: 'asked for the image',
  Pulled: 'has the image',
  Created: 'made the container',
  Started: 'started the container',
  Failed: 'could not go on',
  BackOff: 'waits before the next try',
  Killing: 'stops the container',
  Unhealthy: 'got a bad answer from a probe',
  FailedMount: 'could not mount a volume',
};

/** Writes that name the object or something that owns it; `apply -f` is told by its output. */
function mentions({ command: line, stdout }: CommandResult, subjects: readonly Subject[]): boolean {
  if (!/^\s*(kubectl|k)\s/.test(line) || /\b(get|describe|logs|explain|top|wait)\b/.test(line.split(/\s+/)[1] ?? '')) return false;
  const words = line.split(/[\s/=,]+/);
  const told = stdout.split(/[\s/"]+/);
  return subjects.some(
    (subject) => words.includes(subject.name) || (/\s(apply|create|run|replace)\s/.test(line) && told.includes(subject.name)),
  );
}

const firstLine = (command: CommandResult): string => (command.stdout || command.stderr).split('\n', 1)[0] ?? '';

export function chosenBecause(record: DecisionRecord): string {
  const best = record.nodes.find((node) => node.node === record.chosen)?.total;
  const fits = `Fits on ${record.feasible} of ${record.nodesTotal} nodes`;
  if (record.feasible === 1 || best === undefined) return `${fits}.`;
  return record.tied !== undefined && record.tied > 1
    ? `${fits}; ${record.tied} scored ${Math.round(best)}, and one was drawn.`
    : `${fits}; ${record.chosen} scored highest, ${Math.round(best)}.`;
}

function faultSentence(name: string): string {
  return (
    { 'node-crash': 'The plug is pulled: nothing there runs, and nobody is told.', 'link-cut': 'Messages on this link are lost.' }[name] ??
    ''
  );
}

/** The same thing again and again is one step with a count. */
function fold(steps: readonly Step[]): readonly Step[] {
  const out: Step[] = [];
  for (const step of steps) {
    const last = out.at(-1);
    if (last && last.who === step.who && last.did === step.did && (last.because === step.because || last.times > 1))
      out[out.length - 1] = { ...step, times: last.times + step.times };
    else out.push(step);
  }
  return out;
}
