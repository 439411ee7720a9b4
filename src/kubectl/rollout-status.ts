/** How far a rollout has got, in kubectl's sentences.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go */
import { CommandError } from './errors.ts';
import { type Obj, at, list, num, str } from './obj.ts';

export interface RolloutStatus {
  readonly text: string;
  readonly done: boolean;
}

export function rolloutStatus(object: Obj, revision: number): RolloutStatus {
  switch (object.kind) {
    case 'Deployment':
      return deployment(object, revision);
    case 'DaemonSet':
      return daemonSet(object);
    case 'StatefulSet':
      return statefulSet(object);
    default:
      throw new CommandError(`no status viewer has been implemented for ${String(object.kind)}`);
  }
}

const observed = (o: Obj): boolean => num(o, 'metadata', 'generation') <= num(o, 'status', 'observedGeneration');
const replicasOf = (o: Obj): number => (at(o, 'spec', 'replicas') === undefined ? 1 : num(o, 'spec', 'replicas'));

function deployment(o: Obj, revision: number): RolloutStatus {
  const name = JSON.stringify(str(o, 'metadata', 'name'));
  if (revision > 0) {
    const there = Number(str(o, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') || '0');
    if (there !== revision) throw new CommandError(`desired revision (${revision}) is different from the running revision (${there})`);
  }
  if (!observed(o)) return { text: 'Waiting for deployment spec update to be observed...', done: false };
  const late = list(o, 'status', 'conditions').find((c) => str(c, 'type') === 'Progressing');
  if (str(late, 'reason') === 'ProgressDeadlineExceeded') throw new CommandError(`deployment ${name} exceeded its progress deadline`);
  const [wanted, updated, total, available] = [
    replicasOf(o),
    num(o, 'status', 'updatedReplicas'),
    num(o, 'status', 'replicas'),
    num(o, 'status', 'availableReplicas'),
  ];
  const waiting = `Waiting for deployment ${name} rollout to finish:`;
  if (updated < wanted) return { text: `${waiting} ${updated} out of ${wanted} new replicas have been updated...`, done: false };
  if (total > updated) return { text: `${waiting} ${total - updated} old replicas are pending termination...`, done: false };
  if (available < updated) return { text: `${waiting} ${available} of ${updated} updated replicas are available...`, done: false };
  return { text: `deployment ${name} successfully rolled out`, done: true };
}

function daemonSet(o: Obj): RolloutStatus {
  const name = JSON.stringify(str(o, 'metadata', 'name'));
  if (str(o, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate') {
    return fail(`rollout status is only available for RollingUpdate strategy type`);
  }
  if (!observed(o)) return { text: 'Waiting for daemon set spec update to be observed...', done: false };
  const [updated, wanted, available] = [
    num(o, 'status', 'updatedNumberScheduled'),
    num(o, 'status', 'desiredNumberScheduled'),
    num(o, 'status', 'numberAvailable'),
  ];
  const waiting = `Waiting for daemon set ${name} rollout to finish:`;
  if (updated < wanted) return { text: `${waiting} ${updated} out of ${wanted} new pods have been updated...`, done: false };
  if (available < wanted) return { text: `${waiting} ${available} of ${wanted} updated pods are available...`, done: false };
  return { text: `daemon set ${name} successfully rolled out`, done: true };
}

function statefulSet(o: Obj): RolloutStatus {
  if (str(o, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate')
    return fail('rollout status is only available for RollingUpdate strategy type');
  if (num(o, 'status', 'observedGeneration') === 0 || !observed(o))
    return { text: 'Waiting for statefulset spec update to be observed...', done: false };
  const [wanted, ready, updated] = [replicasOf(o), num(o, 'status', 'readyReplicas'), num(o, 'status', 'updatedReplicas')];
  if (ready < wanted) return { text: `Waiting for ${wanted - ready} pods to be ready...`, done: false };
  const partition = num(o, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const update = str(o, 'status', 'updateRevision');
  if (at(o, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') !== undefined) {
    if (updated < wanted - partition) {
      return {
        text: `Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...`,
        done: false,
      };
    }
    return { text: `partitioned roll out complete: ${updated} new pods have been updated...`, done: true };
  }
  if (update !== str(o, 'status', 'currentRevision')) {
    return { text: `waiting for statefulset rolling update to complete ${updated} pods at revision ${update}...`, done: false };
  }
  return {
    text: `statefulset rolling update complete ${num(o, 'status', 'currentReplicas')} pods at revision ${str(o, 'status', 'currentRevision')}...`,
    done: true,
  };
}

function fail(message: string): never {
  throw new CommandError(message);
}
