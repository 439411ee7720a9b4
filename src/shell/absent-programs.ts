/** Tools that tutorials use around a cluster and that have no place in a simulated one: they say so, and what to do instead. */
import type { Program } from '../cri/process.ts';

const ADVICE: Readonly<Record<string, string>> = {
  docker: 'There is no container engine on this host. Images that are known here can be used in Pods at once: kubectl run web --image=nginx',
  podman: 'There is no container engine on this host. Images that are known here can be used in Pods at once: kubectl run web --image=nginx',
  kind: 'This cluster is already running, so kind is not needed. Nodes: kubectl get nodes',
  helm: 'helm is not part of this sandbox. Plain manifests and kustomizations are: kubectl apply -f FILE, kubectl apply -k DIRECTORY',
  kubeadm: 'The cluster was set up already. Its parts are Pods: kubectl get pods -n kube-system',
  ssh: 'Nodes are not reached over ssh here. What runs on them is: kubectl get pods -A -o wide',
};

export function absentPrograms(): Readonly<Record<string, Program>> {
  return Object.fromEntries(Object.entries(ADVICE).map(([name, text]) => [`/usr/local/bin/${name}`, async (process) => {
    await process.stderr.write(`${name}: ${text}\n`);
    return 127;
  }] satisfies [string, Program]));
}
