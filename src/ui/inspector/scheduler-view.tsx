/** The scheduler's decisions, one at a time: the verdict in a sentence, the scores as a table. */
import { useState } from 'react';
import type { DecisionRecord } from '../../scheduler/decision-record.ts';
import { plainReason } from '../board/content.ts';
import { ChevronDown, History } from '../icons.ts';
import { Menu } from '../menu.tsx';
import { moment } from '../model/age.ts';
import { useTrace } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { ScoreTable } from './score-table.tsx';
import css from './inspector.module.css';

export function SchedulerView() {
  const records = useTrace();
  const selection = useUi((state) => state.selection);
  const [wanted, setWanted] = useState<number | undefined>(undefined);
  const all = records.flatMap((record) =>
    record.event.type === 'schedule' ? [{ at: record.at, event: record.event, decision: record.event.record as DecisionRecord }] : [],
  );
  const mine =
    selection?.resource === 'pods' ? all.filter((one) => `${one.event.pod.namespace}/${one.event.pod.name}` === selection.key) : all;
  const list = mine.length > 0 ? mine : all;
  const shown = list.find((one) => one.at === wanted) ?? list.at(-1);
  if (!shown)
    return (
      <div className={css['empty']}>
        <h2>No decisions yet</h2>
        <p>When a Pod needs a node, every node and every score stands here.</p>
      </div>
    );
  return (
    <div className={css['scheduler']}>
      <header>
        <h2>{verdict(shown.decision, shown.event.pod.name)}</h2>
        <p className="quiet">
          {shown.decision.chosen === undefined
            ? plainReason(shown.decision.message ?? '')
            : `${shown.decision.feasible} of ${shown.decision.nodesTotal} nodes fit.`}
        </p>
        <Menu
          trigger={
            <button className="button plain small">
              <History size={14} /> Decision {list.indexOf(shown) + 1} of {list.length} <ChevronDown size={13} />
            </button>
          }
          groups={[
            {
              items: list
                .slice(-20)
                .reverse()
                .map((one) => ({
                  label: `${one.event.pod.name}`,
                  detail: `${moment(one.at)}, ${one.event.outcome === 'scheduled' ? `to ${one.event.node}` : 'no node'}`,
                  run: () => setWanted(one.at),
                })),
            },
          ]}
        />
      </header>
      <ScoreTable record={shown.decision} wide />
    </div>
  );
}

function verdict(record: DecisionRecord, pod: string): string {
  if (record.chosen === undefined) return `No node for ${pod}`;
  const totals = record.nodes.flatMap((node) => (node.total === undefined ? [] : [node.total])).sort((a, b) => b - a);
  const lead = totals.length > 1 ? Math.round(totals[0]! - totals[1]!) : undefined;
  if (lead === undefined) return `Only ${record.chosen} fits`;
  return lead === 0 ? `${record.chosen}, drawn among equals` : `${record.chosen} wins by ${lead} ${lead === 1 ? 'point' : 'points'}`;
}
