/** What a first visit meets: a cluster that serves already. Three Pods answer, and a visitor asks. They are asked for once
 *  every node is there, so that they stand on all of them. */
import type { Transport } from '../../api/transport.ts';
import { clusterShown } from '../moments.ts';

const LABELS = { app: 'hello' } as const;

const ASK = `while true; do
  if wget -q -T 1 -O /dev/null http://hello; then echo answered; else echo no answer; fi
  sleep 2
done
`;

const OBJECTS: readonly (readonly [path: string, object: object])[] = [
  [
    '/apis/apps/v1/namespaces/default/deployments',
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'hello' },
      spec: {
        replicas: 3,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
        },
      },
    },
  ],
  [
    '/api/v1/namespaces/default/services',
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'hello' }, spec: { selector: LABELS, ports: [{ port: 80 }] } },
  ],
  [
    '/api/v1/namespaces/default/pods',
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'visitor' },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'visitor', image: 'busybox:1.36', command: ['sh', '-c', ASK] }] },
    },
  ],
];

export async function beginFirstMinute(api: Transport): Promise<void> {
  await clusterShown.come;
  for (const [path, object] of OBJECTS) await api.request({ method: 'POST', path, body: object, headers: { 'user-agent': 'page' } });
}
