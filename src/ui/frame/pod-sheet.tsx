/** On small screens the details of what is selected rise from below. */
import { useState } from 'react';
import { X } from '../icons.ts';
import { InspectorBody } from '../inspector/inspector.tsx';
import { ObjectHeader } from '../inspector/object-header.tsx';
import { suggestions } from '../inspector/suggestions.ts';
import { useSubject } from '../inspector/subject.ts';
import { useCluster, usePage } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import css from './pod-sheet.module.css';

export function PodSheet() {
  const page = usePage();
  const subject = useSubject();
  const snapshot = useCluster();
  const selection = useUi((state) => state.selection);
  const [full, setFull] = useState(false);
  if (!subject) return null;
  const command = suggestions(snapshot, selection)[0];
  return (
    <aside className={css['sheet']} data-full={full || undefined} aria-label="Selected object">
      <button className={css['grip']} aria-label={full ? 'Smaller' : 'Larger'} onClick={() => setFull(!full)}>
        <span />
      </button>
      <button className={`button plain icon small ${css['close']}`} aria-label="Close" onClick={() => useUi.getState().select(undefined)}>
        <X size={16} />
      </button>
      {full ? (
        <div className={css['body']}>
          <InspectorBody tab="why" />
        </div>
      ) : (
        <ObjectHeader subject={subject} />
      )}
      {full ? null : (
        <div className={css['row']}>
          <button className="button" onClick={() => setFull(true)}>
            Why, step by step
          </button>
          {command ? (
            <button
              className="button filled"
              onClick={() => {
                useUi.getState().set({ pane: 'terminal' });
                page.terminal.type(command);
              }}
            >
              In the terminal
            </button>
          ) : null}
        </div>
      )}
    </aside>
  );
}
