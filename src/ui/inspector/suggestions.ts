/** The next commands worth typing, from what is selected and what is wrong. They are typed, never run. Pure. */
import type { ClusterSnapshot } from '../cluster-store.ts';
import { isSystem } from '../model/pod-view.ts';
import type { Selection } from '../ui-state.ts';

export function suggestions(snapshot: ClusterSnapshot, selection: Selection | undefined): readonly string[] {
  if (selection?.resource === 'nodes')
    return [`kubectl describe node ${selection.key}`, `kubectl get pods -o wide --field-selector spec.nodeName=${selection.key}`];
  if (selection?.resource === 'pods') {
    const pod = snapshot.pods.find((one) => one.key === selection.key);
    if (!pod) return ['kubectl get pods'];
    const inNamespace = pod.namespace === 'default' ? '' : ` -n ${pod.namespace}`;
    if (pod.word === "Can't pull") {
      const deployment = snapshot.objects.deployments.find(
        (one) => one.metadata?.name === pod.group && one.metadata.namespace === pod.namespace,
      );
      return [
        ...(deployment ? [`kubectl rollout undo deploy/${pod.group}${inNamespace}`] : []),
        `kubectl describe pod ${pod.name}${inNamespace}`,
      ];
    }
    if (pod.word === 'Crash loop' || pod.word === 'Error' || pod.word === 'OOM killed')
      return [`kubectl logs ${pod.name} --previous${inNamespace}`, `kubectl describe pod ${pod.name}${inNamespace}`];
    if (pod.state === 'waiting' && pod.node === undefined)
      return [`kubectl describe pod ${pod.name}${inNamespace}`, 'kubectl describe nodes'];
    if (pod.state === 'ready') return [`kubectl delete pod ${pod.name}${inNamespace}`, `kubectl logs ${pod.name}${inNamespace}`];
    return [`kubectl describe pod ${pod.name}${inNamespace}`];
  }
  if (selection?.resource === 'deployments' || selection?.resource === 'replicasets')
    return [`kubectl describe ${selection.resource.slice(0, -1)} ${selection.key.split('/')[1]}`];
  const deployment = snapshot.objects.deployments.find((one) => !isSystem(one.metadata?.namespace));
  if (!deployment) return ['kubectl create deployment web --image=nginx --replicas=3', 'kubectl get nodes'];
  const exposed = snapshot.objects.services.some((one) => one.metadata?.name === deployment.metadata?.name);
  return [
    'kubectl get pods -o wide',
    ...(exposed ? [] : [`kubectl expose deployment ${deployment.metadata?.name} --port=80`]),
    `kubectl scale deployment ${deployment.metadata?.name} --replicas=5`,
  ];
}
