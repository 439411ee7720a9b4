/** A journal of many inputs, as a busy learner makes it: commands, file edits, API writes, faults and pauses, over half an
 *  hour of virtual time. The same seed makes the same journal. */
import { createRandom } from '../../src/base/random.ts';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { Fault, FaultHandle, Profile, Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Journal } from '../../src/sim/journal.ts';

const COMMANDS = [
  'kubectl create deployment web --image=nginx --replicas=3', 'kubectl scale deployment web --replicas=5', 'kubectl get pods -o wide', 'kubectl delete pod -l app=web --wait=false',
  'kubectl set image deployment/web nginx=nginx:1.26', 'kubectl expose deployment web --port=80', 'kubectl get events | tail -3', 'kubectl run c --image=busybox --restart=Never -- sleep 60',
  'kubectl delete pod c --now --ignore-not-found', 'kubectl rollout undo deployment/web', 'kubectl label nodes worker-1 disk=ssd --overwrite', 'kubectl cordon worker-2', 'kubectl uncordon worker-2',
  'kubectl create configmap c --from-literal=a=b', 'kubectl delete configmap c --ignore-not-found', 'for i in 1 2 3; do echo $i; sleep 1; done', 'kubectl logs deployment/web --tail=2', 'kubectl apply -f web.yaml', 'kubectl get nope',
] as const;

const FAULTS: readonly Fault[] = [
  { type: 'node-crash', node: 'worker-3' }, { type: 'link-cut', between: ['worker-1', 'control-plane'] }, { type: 'container-kill', namespace: 'kube-system', pod: 'kube-scheduler-control-plane' },
  { type: 'component-kill', component: 'kubelet', node: 'worker-2' }, { type: 'node-reboot', node: 'worker-2' }, { type: 'component-kill', component: 'kube-apiserver', node: 'control-plane' },
  { type: 'component-kill', component: 'kube-controller-manager', node: 'control-plane' }, { type: 'link-slow', between: ['worker-2', 'control-plane'], latencyMicros: 20_000 },
];

const manifest = (replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: "nginx:1.27"}]}
`;

export interface JournalWish { readonly seed: string; readonly inputs: number; readonly seconds: number; readonly profile?: Partial<Profile> }

/** Plays random inputs and returns what was journaled, with its hash. */
export async function makeJournal({ seed, inputs, seconds, profile: changes }: JournalWish): Promise<Journal> {
  const profile = makeProfile({ nodes: 3, ...changes, seed });
  const sandbox = await openCluster({ profile, playing: false, speed: Infinity });
  const random = createRandom(`journal ${seed}`);
  const session = await sandbox.shell({ name: 'learner' });
  const first = (await sandbox.journal()).entries.length;
  const start = sandbox.time.state.nowMicros;
  const stepMicros = Math.floor((seconds * 1e6) / inputs);
  const handles: FaultHandle[] = [];
  for (let done = 0; (await sandbox.journal()).entries.length - first < inputs; done += 1) {
    await act(sandbox, session, random.int(10), random, handles);
    await sandbox.time.runUntil({ atMicros: Math.max(sandbox.time.state.nowMicros, start + (done + 1) * stepMicros) });
  }
  await sandbox.time.runUntil({ atMicros: Math.max(sandbox.time.state.nowMicros, start + seconds * 1e6) });
  const journal = await sandbox.journal();
  await sandbox.close();
  return journal;
}

async function act(sandbox: Sandbox, session: Awaited<ReturnType<Sandbox['shell']>>, dice: number, random: ReturnType<typeof createRandom>, handles: FaultHandle[]): Promise<void> {
  if (dice < 6) session.write(`${COMMANDS[random.int(COMMANDS.length)]}\r`);
  else if (dice === 6) await sandbox.files.write('web.yaml', manifest(1 + random.int(6)));
  else if (dice === 7) {
    await sandbox.api.request({
      method: 'POST', path: '/api/v1/namespaces/default/configmaps', headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'page-' }, data: { n: String(random.int(100)) } },
    }).catch(() => undefined);
  } else if (dice === 8) session.write('\x03');
  else if (handles.length > 0 && random.int(2) === 0) await handles.splice(0, 1)[0]?.undo();
  else {
    const fault = FAULTS[random.int(FAULTS.length)] as Fault;
    const handle = await sandbox.fault(fault).catch(() => undefined);
    if (handle) handles.push(handle);
  }
}
