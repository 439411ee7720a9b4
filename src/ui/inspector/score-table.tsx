/** One scheduling decision, node by node: scores of those that fit, the reason of those that were filtered out. */
import type { DecisionRecord, NodeDecision } from '../../scheduler/decision-record.ts';
import { plainReason } from '../board/content.ts';
import { Funnel } from '../icons.ts';
import css from './scores.module.css';

const SAYS: Readonly<Record<string, string>> = {
  NodeResourcesFit: 'room left',
  NodeResourcesBalancedAllocation: 'cpu and memory even',
  ImageLocality: 'image is here',
  TaintToleration: 'soft taints',
  NodeAffinity: 'preferred labels',
  PodTopologySpread: 'even over zones',
  InterPodAffinity: 'near other Pods',
  VolumeBinding: 'storage is near',
};

export function ScoreTable({ record, wide }: { readonly record: DecisionRecord; readonly wide?: boolean }) {
  const scored = record.nodes.filter((node) => node.total !== undefined).sort((a, b) => (b.total ?? 0) - (a.total ?? 0));
  const filtered = record.nodes.filter((node) => node.total === undefined);
  const plugins = [...new Set(scored.flatMap((node) => (node.scores ?? []).map((score) => score.plugin)))];
  return (
    <div className={css['scores']} data-wide={wide || undefined} tabIndex={0} role="region" aria-label="Scores">
      {scored.length > 0 ? (
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              {plugins.map((plugin) => (
                <th key={plugin} scope="col" title={plugin}>
                  {wide ? plugin.replace('NodeResources', '') : (SAYS[plugin] ?? plugin)}
                  {wide ? <small>{SAYS[plugin]}</small> : null}
                </th>
              ))}
              <th scope="col">Total</th>
            </tr>
          </thead>
          <tbody>
            {scored.map((node) => (
              <ScoredRow key={node.node} node={node} plugins={plugins} chosen={node.node === record.chosen} />
            ))}
          </tbody>
        </table>
      ) : null}
      {filtered.length > 0 ? (
        <ul>
          {filtered.map((node) => (
            <li key={node.node}>
              <b>{node.node}</b>
              <span className={css['plugin']}>
                <Funnel size={11} aria-hidden />
                {node.filteredBy ?? 'not tried'}
              </span>
              <span>
                {plainFilter(node)}
                <code>{(node.reasons ?? []).join('; ')}</code>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {record.nodes.length === 0 && record.message !== undefined ? <p>{plainReason(record.message)}</p> : null}
    </div>
  );
}

function ScoredRow({
  node,
  plugins,
  chosen,
}: {
  readonly node: NodeDecision;
  readonly plugins: readonly string[];
  readonly chosen: boolean;
}) {
  return (
    <tr data-chosen={chosen || undefined}>
      <th scope="row">
        {node.node}
        {chosen ? <small>chosen</small> : null}
      </th>
      {plugins.map((plugin) => {
        const score = node.scores?.find((one) => one.plugin === plugin);
        return (
          <td key={plugin}>
            <b>{score ? Math.round(score.weighted) : '·'}</b>
            {score && score.weight > 1 ? (
              <small>
                {Math.round(score.normalized)} × {score.weight}
              </small>
            ) : null}
            <span className={css['bar']}>
              <span style={{ width: `${score?.normalized ?? 0}%` }} />
            </span>
          </td>
        );
      })}
      <td className={css['total']}>{Math.round(node.total ?? 0)}</td>
    </tr>
  );
}

function plainFilter(node: NodeDecision): string {
  switch (node.filteredBy) {
    case 'TaintToleration':
      return 'Has a taint that the Pod does not tolerate.';
    case 'NodeResourcesFit':
      return 'Has not enough left to promise.';
    case 'NodeAffinity':
      return 'Has not the labels that the Pod requires.';
    case 'NodeUnschedulable':
      return 'Is cordoned.';
    case 'NodeName':
      return 'Is not the node that the Pod names.';
    case 'NodePorts':
      return 'Has the host port in use.';
    case 'PodTopologySpread':
      return 'Would make the spread too uneven.';
    case 'InterPodAffinity':
      return 'Breaks an affinity rule.';
    default:
      return '';
  }
}
