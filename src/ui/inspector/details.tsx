/** The facts of the selected object, as a table of fields in kubectl's words. */
import type { Container, Deployment, Node, Pod } from '../../api/generated/types.ts';
import { useCluster } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import type { Inspected } from './subject.ts';
import css from './inspector.module.css';

type Row = readonly [label: string, value: React.ReactNode];

export function Details({ subject }: { readonly subject: Inspected | undefined }) {
  const snapshot = useCluster();
  if (!subject)
    return (
      <div className={css['empty']}>
        <h2>Nothing selected</h2>
        <p>Select a Pod or a node to see its fields.</p>
      </div>
    );
  const { object, selection } = subject;
  const rows = selection.resource === 'pods' ? podRows(object) : selection.resource === 'nodes' ? nodeRows(object) : workloadRows(object);
  const conditions = (object as Pod | Node).status?.conditions ?? [];
  const labels = Object.entries(object.metadata?.labels ?? {});
  const siblings =
    selection.resource === 'deployments' ? snapshot.pods.filter((pod) => `${pod.namespace}/${pod.group}` === selection.key) : [];
  return (
    <div className={css['details']}>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {labels.length > 0 ? (
        <section>
          <h3>Labels</h3>
          <ul className={css['labels']}>
            {labels.map(([name, value]) => (
              <li key={name} className="mono">
                {name}={value}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {conditions.length > 0 ? (
        <section>
          <h3>Conditions</h3>
          <table className={css['conditions']}>
            <thead className="hidden-visually">
              <tr>
                <th>Condition</th>
                <th>Status</th>
                <th>Reason</th>
              </tr>
            </thead>
            <tbody>
              {conditions.map((one) => (
                <tr key={one.type}>
                  <td>{one.type}</td>
                  <td data-good={isGood(one) || undefined}>{one.status}</td>
                  <td>{one.reason ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
      {siblings.length > 0 ? (
        <section>
          <h3>Pods</h3>
          <ul>
            {siblings.map((pod) => (
              <li key={pod.uid}>
                <button className="link mono" onClick={() => useUi.getState().select({ resource: 'pods', key: pod.key })}>
                  {pod.name}
                </button>{' '}
                <span data-state={pod.state}>{pod.word}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

const isGood = ({ type, status }: { readonly type: string; readonly status: string }): boolean =>
  /Pressure|Unavailable|Failure/.test(type) ? status === 'False' : status === 'True';

function podRows(pod: Pod): readonly Row[] {
  return [
    ['Namespace', pod.metadata?.namespace],
    ['Node', pod.spec?.nodeName ?? 'none yet'],
    ['IP', pod.status?.podIP ?? 'none yet'],
    ['Phase', pod.status?.phase],
    ['QoS class', pod.status?.qosClass],
    ['Service account', pod.spec?.serviceAccountName],
    ...(pod.spec?.containers ?? []).map((one): Row => [`Container ${one.name}`, containerFacts(one)]),
  ];
}

function containerFacts(container: Container): string {
  const asks = Object.entries(container.resources?.requests ?? {})
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
  const ports = (container.ports ?? []).map((port) => port.containerPort).join(', ');
  return [container.image, asks === '' ? '' : `asks for ${asks}`, ports === '' ? '' : `port ${ports}`]
    .filter((part) => part !== '')
    .join(' · ');
}

function nodeRows(node: Node): readonly Row[] {
  return [
    ['Kubelet', node.status?.nodeInfo?.kubeletVersion],
    ['Address', node.status?.addresses?.find((one) => one.type === 'InternalIP')?.address],
    ['Pod range', node.spec?.podCIDR],
    [
      'Can promise',
      Object.entries(node.status?.allocatable ?? {})
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', '),
    ],
    ['Taints', (node.spec?.taints ?? []).map((one) => `${one.key}${one.value ? `=${one.value}` : ''}:${one.effect}`).join(', ') || 'none'],
  ];
}

function workloadRows(object: object): readonly Row[] {
  const { metadata, spec, status } = object as Deployment;
  return [
    ['Namespace', metadata?.namespace],
    ['Wanted', spec?.replicas],
    ['Ready', status?.readyReplicas ?? 0],
    ['Up to date', status?.updatedReplicas],
    ['Available', status?.availableReplicas ?? 0],
    [
      'Selector',
      Object.entries(spec?.selector?.matchLabels ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join(', '),
    ],
    ...(spec?.template?.spec?.containers ?? []).map((one): Row => [`Container ${one.name}`, containerFacts(one)]),
  ];
}
