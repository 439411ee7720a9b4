/** Three small invitations, each when it makes sense, none in the way: kill a Pod, pull a plug, read why. */
import { useMemo } from 'react';
import type { TraceRecord } from '../../base/trace.ts';
import { CircleQuestionMark, Trash2, Unplug, X } from '../icons.ts';
import { begin, deletePod } from '../break-menu/faults.ts';
import { useCluster, usePage, useTrace } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import css from './first-minute.module.css';

/** What the learner has broken so far. */
function deedsOf(records: readonly TraceRecord[]): { readonly unplugged: boolean; readonly killed: boolean } {
  const unplugged = records.some((record) => record.event.type === 'fault' && record.event.name === 'node-crash');
  const killed = records.some(
    (record) => record.event.type === 'request' && record.event.verb === 'delete' && record.event.path.includes('/pods/'),
  );
  return { unplugged, killed: unplugged || killed };
}

export function FirstMinute() {
  const page = usePage();
  const snapshot = useCluster();
  const records = useTrace();
  const ui = useUi();
  const { unplugged, killed } = useMemo(() => deedsOf(records), [records]);
  if (ui.firstMinuteDone || ui.lesson !== undefined || ui.boardTab !== 'nodes' || !snapshot.synced) return null;
  const victim = snapshot.pods.findLast((pod) => !pod.system && pod.state === 'ready');
  if (!victim || !snapshot.pods.some((pod) => pod !== victim && !pod.system && pod.state === 'ready')) return null;
  const done = (): void => ui.set({ firstMinuteDone: true });
  return (
    <aside className={css['strip']} aria-label="First steps">
      {!killed ? (
        <>
          <p>
            <b>It runs.</b> What happens when a Pod dies?
          </p>
          <button
            className="button filled"
            onClick={() => {
              ui.select({ resource: 'pods', key: victim.key });
              void deletePod(page, victim);
            }}
          >
            <Trash2 size={15} /> Kill {victim.suffix}
          </button>
        </>
      ) : !unplugged ? (
        <>
          <p>
            <b>Something made another.</b> And when a whole node goes?
          </p>
          <button className="button filled" onClick={() => void begin(page, { type: 'node-crash', node: victim.node ?? 'worker-1' })}>
            <Unplug size={15} /> Unplug {victim.node}
          </button>
        </>
      ) : (
        <>
          <p>
            <b>Nobody told the cluster.</b> Run the clock faster, and read who notices.
          </p>
          <button
            className="button filled"
            onClick={() => {
              page.sandbox.time.setSpeed(16);
              page.sandbox.time.play();
              ui.set({ inspectorTab: 'why', firstMinuteDone: true });
            }}
          >
            <CircleQuestionMark size={15} /> Run at ×16
          </button>
        </>
      )}
      <button className="button plain small icon" aria-label="No more first steps" onClick={done}>
        <X size={14} />
      </button>
    </aside>
  );
}
