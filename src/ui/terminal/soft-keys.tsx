/** The keys that a phone's keyboard lacks, and the next commands as chips. */
import { useState } from 'react';
import { CornerDownLeft } from '../icons.ts';
import { useCluster, usePage } from '../page.tsx';
import { suggestions } from '../inspector/suggestions.ts';
import { useUi } from '../ui-state.ts';
import css from './terminal.module.css';

const KEYS: readonly (readonly [string, string, string])[] = [
  ['Tab', 'Tab', '\t'],
  ['↑', 'Up', '\u001b[A'],
  ['↓', 'Down', '\u001b[B'],
  ['|', 'Bar', '|'],
  ['-', 'Dash', '-'],
  ['/', 'Slash', '/'],
];

export function SoftKeys({ onKey }: { readonly onKey: (data: string) => void }) {
  const page = usePage();
  const snapshot = useCluster();
  const selection = useUi((state) => state.selection);
  const [control, setControl] = useState(false);
  return (
    <div className={css['soft']}>
      <div className={css['chips']}>
        {suggestions(snapshot, selection).map((command) => (
          <button key={command} className="chip" onClick={() => page.terminal.type(command)}>
            <CornerDownLeft size={14} aria-hidden />
            {command}
          </button>
        ))}
      </div>
      <div className={css['keys']}>
        {KEYS.map(([face, label, data]) => (
          <button
            key={label}
            aria-label={label}
            onClick={() => {
              onKey(data);
              setControl(false);
            }}
          >
            {face}
          </button>
        ))}
        <button
          aria-pressed={control}
          onClick={() => {
            if (control) {
              onKey('\u0003');
              setControl(false);
            } else setControl(true);
          }}
        >
          {control ? 'C' : 'Ctrl'}
        </button>
      </div>
    </div>
  );
}
