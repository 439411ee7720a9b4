/** The one line that says what is true now: worst first, subject first. Also the polite live region. Pure. */
import type { ClusterSnapshot } from '../cluster-store.ts';
import { isSystem } from '../model/pod-view.ts';
import type { PodView } from '../model/pod-view.ts';

/** The bold part, and what follows it. */
export interface Sentence {
  readonly head: string;
  readonly rest: string;
}

export function sentence(snapshot: ClusterSnapshot, namespace = ''): Sentence {
  if (snapshot.trouble !== undefined) return { head: 'The API does not answer.', rest: 'What you see is the last that it said.' };
  if (!snapshot.synced) return { head: 'The cluster is starting.', rest: '' };
  const pods = snapshot.pods.filter((pod) => !pod.system && (namespace === '' || pod.namespace === namespace));
  const lost = snapshot.nodes.filter((node) => !node.ready);
  const workload = worstWorkload(snapshot, pods, namespace);
  if (lost.length > 0) return lostNodes(snapshot, lost, workload);
  if (workload) return workload;
  const bad = pods.filter((pod) => pod.state === 'failing');
  if (bad.length > 0)
    return { head: `${bad[0]!.name}: ${bad[0]!.reason}.`, rest: bad.length > 1 ? `${bad.length - 1} more Pods fail.` : '' };
  if (pods.length === 0) return { head: nodesWord(snapshot, 'ready'), rest: 'Nothing to run yet.' };
  const ready = pods.filter((pod) => pod.state === 'ready').length;
  const running = pods.filter((pod) => pod.state !== 'succeeded').length;
  return {
    head: running === ready ? `${all(ready)} ready.` : `${ready} of ${running} Pods ready.`,
    rest: `${nodesWord(snapshot, 'ready')}`,
  };
}

const all = (count: number): string => (count === 1 ? 'The one Pod is' : `All ${count} Pods are`);

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];
/** "Three nodes". */
export const nodesInWords = (count: number): string => `${NUMBERS[count] ?? count} ${count === 1 ? 'node' : 'nodes'}`;

function nodesWord(snapshot: ClusterSnapshot, state: string): string {
  const workers = snapshot.nodes.filter((node) => !node.controlPlane).length;
  return `${nodesInWords(workers)} ${state}.`;
}

function lostNodes(snapshot: ClusterSnapshot, lost: ClusterSnapshot['nodes'], workload: Sentence | undefined): Sentence {
  const names = lost.length <= 2 ? lost.map((node) => node.name).join(' and ') : `${lost.length} of ${snapshot.nodes.length} nodes`;
  const stranded = lost.flatMap((node) => node.pods).filter((pod) => !pod.system && pod.state !== 'succeeded').length;
  const head = `${names} ${lost.length === 1 ? 'does' : 'do'} not answer.`;
  if (stranded > 0)
    return {
      head,
      rest: `${stranded} ${stranded === 1 ? 'Pod waits' : 'Pods wait'} there; after 300 s new ones start elsewhere.${workload ? ` ${workload.head}` : ''}`,
    };
  return { head, rest: workload ? `${workload.head} ${workload.rest}` : 'Every Pod that it had runs elsewhere.' };
}

/** The Deployment that is furthest from what it wants. */
function worstWorkload(snapshot: ClusterSnapshot, pods: readonly PodView[], namespace: string): Sentence | undefined {
  let worst: { readonly missing: number; readonly say: Sentence } | undefined;
  for (const deployment of snapshot.objects.deployments) {
    const { name = '', namespace: home = '' } = deployment.metadata ?? {};
    if (isSystem(home) || (namespace !== '' && namespace !== home)) continue;
    const wanted = deployment.spec?.replicas ?? 1;
    const ready = deployment.status?.readyReplicas ?? 0;
    const mine = pods.filter((pod) => pod.namespace === home && pod.group === name);
    const missing = Math.max(0, wanted - ready) + mine.filter((pod) => pod.state === 'failing').length;
    if (worst && missing <= worst.missing) continue;
    worst = { missing, say: { head: `${name}: ${ready} of ${wanted} ready.`, rest: missing === 0 ? '' : about(mine, ready) } };
  }
  if (!worst) return undefined;
  if (worst.missing > 0) return worst.say;
  const running = pods.filter((pod) => pod.state !== 'succeeded');
  if (running.some((pod) => pod.state !== 'ready')) return undefined;
  return {
    head: worst.say.head,
    rest:
      snapshot.objects.deployments.filter((one) => !isSystem(one.metadata?.namespace)).length > 1
        ? `${all(running.length)} ready.`
        : nodesWord(snapshot, 'ready'),
  };
}

function about(pods: readonly PodView[], ready: number): string {
  const parts: string[] = [];
  const count = (state: PodView['state']) => pods.filter((pod) => pod.state === state);
  const failing = count('failing');
  if (failing.length > 0) parts.push(`${failing.length} ${failing.length === 1 ? 'Pod' : 'Pods'}: ${failing[0]!.word.toLowerCase()}.`);
  const unplaced = count('waiting').filter((pod) => pod.node === undefined).length;
  const creating = count('waiting').length - unplaced;
  if (unplaced > 0) parts.push(`${unplaced} ${unplaced === 1 ? 'waits' : 'wait'} for a node.`);
  if (creating > 0) parts.push(`${creating} ${creating === 1 ? 'is' : 'are'} starting.`);
  const late = count('not-ready').length;
  if (late > 0) parts.push(`${late} ${late === 1 ? 'runs' : 'run'} but ${late === 1 ? 'is' : 'are'} not ready.`);
  const leaving = count('terminating').length;
  if (leaving > 0) parts.push(`${leaving} ${leaving === 1 ? 'is' : 'are'} stopping.`);
  if (failing.length > 0 && ready > 0) parts.push(`The ${ready} ready ${ready === 1 ? 'one answers' : 'answer'}.`);
  return parts.join(' ');
}
