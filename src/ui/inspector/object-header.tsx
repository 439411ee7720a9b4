/** Mark, whole name, state and facts, and the next deadline at the right. */
import type { Deployment, ReplicaSet } from '../../api/generated/types.ts';
import { backOff } from '../board/paint-pod.ts';
import { PodMark } from '../board/pod-mark.tsx';
import { Layers, Server } from '../icons.ts';
import { span } from '../model/age.ts';
import { useNowMs } from '../page.tsx';
import type { Inspected } from './subject.ts';
import css from './inspector.module.css';

export function ObjectHeader({ subject }: { readonly subject: Inspected }) {
  const nowMs = useNowMs();
  const { pod, node, object } = subject;
  const created = Date.parse(String(object.metadata?.creationTimestamp ?? '')) || nowMs;
  const age = `${span(nowMs - created)} old`;
  const name = object.metadata?.name ?? '';
  const deadline = pod ? deadlineOf(pod, nowMs) : undefined;
  return (
    <header className={css['header']}>
      {pod ? (
        <PodMark state={subject.gone ? 'unknown' : pod.state} size={30} />
      ) : node ? (
        <Server size={26} aria-hidden />
      ) : (
        <Layers size={26} aria-hidden />
      )}
      <div className={css['names']}>
        <h2 className="mono">{name}</h2>
        <p>
          {subject.gone ? (
            <b>Gone</b>
          ) : pod ? (
            <b data-state={pod.state}>{pod.reason}</b>
          ) : node ? (
            <b>{node.condition}</b>
          ) : (
            <b>{object.kind ?? subject.selection.resource.replace(/s$/, '')}</b>
          )}
          {facts(subject)
            .concat(age)
            .map((fact) => (
              <span key={fact}> · {fact}</span>
            ))}
        </p>
      </div>
      {deadline ? (
        <div className={css['deadline']}>
          <b className="tnum">{deadline[0]}</b>
          <span>{deadline[1]}</span>
        </div>
      ) : null}
    </header>
  );
}

function facts({ pod, node, object, selection }: Inspected): readonly string[] {
  if (pod)
    return [
      pod.node ?? 'no node',
      `${pod.readyCount}/${pod.containerCount} ready`,
      ...(pod.restarts > 0 ? [`${pod.restarts} ${pod.restarts === 1 ? 'restart' : 'restarts'}`] : []),
    ];
  if (node) return [`${node.pods.length} Pods`, ...(node.zone === undefined ? [] : [node.zone]), ...(node.cordoned ? ['cordoned'] : [])];
  if (selection.resource === 'deployments' || selection.resource === 'replicasets') {
    const { spec, status } = object as Deployment | ReplicaSet;
    return [`${status?.readyReplicas ?? 0} of ${spec?.replicas ?? 1} ready`];
  }
  return [];
}

function deadlineOf(pod: NonNullable<Inspected['pod']>, nowMs: number): readonly [string, string] | undefined {
  if (pod.graceEndsAt !== undefined && pod.graceEndsAt > nowMs) return [span(pod.graceEndsAt - nowMs), 'to the kill'];
  const wait = backOff(pod, nowMs);
  if (!wait) return undefined;
  return [span(wait.leftMs), pod.word === "Can't pull" ? 'to next pull' : 'to next start'];
}
