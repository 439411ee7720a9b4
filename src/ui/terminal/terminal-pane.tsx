/** Terminals of the learner's host, each a session of its shell, and the transcript beside them. */
import { useEffect, useRef, useState } from 'react';
import { FileCode, Plus, SquareTerminal } from '../icons.ts';
import { Panel } from '../frame/panel.tsx';
import type { PanelTab } from '../frame/panel.tsx';
import { usePage } from '../page.tsx';
import { Shell } from './shell.tsx';
import { SoftKeys } from './soft-keys.tsx';
import { Transcript } from './transcript.tsx';
import css from './terminal.module.css';

interface TerminalPaneProps {
  readonly phone: boolean;
  /** Panes that share this place in smaller windows. */
  readonly extraTabs: readonly PanelTab[];
  readonly extra: (id: string) => React.ReactNode;
  readonly wanted?: string;
}

export function TerminalPane({ phone, extraTabs, extra, wanted }: TerminalPaneProps) {
  const page = usePage();
  const [count, setCount] = useState(1);
  const [active, setActive] = useState('terminal-1');
  const send = useRef<((data: string) => void) | undefined>(undefined);
  useEffect(() => {
    if (wanted !== undefined) setActive(wanted);
  }, [wanted]);
  const shells = Array.from({ length: count }, (_none, at) => `terminal-${at + 1}`);
  const tabs: PanelTab[] = [
    ...shells.map((id, at) => ({ id, label: at === 0 ? 'Terminal' : `Terminal ${at + 1}`, icon: <SquareTerminal size={15} /> })),
    { id: 'transcript', label: 'Transcript' },
    ...extraTabs,
  ];
  const known = tabs.some((tab) => tab.id === active) ? active : 'terminal-1';
  return (
    <Panel
      label="Terminal"
      area="terminal"
      tabs={tabs}
      active={known}
      onTab={setActive}
      afterTabs={
        extraTabs.length > 0 ? null : (
          <button
            className="button plain small icon"
            aria-label="New terminal"
            title="New terminal"
            onClick={() => {
              setCount(count + 1);
              setActive(`terminal-${count + 1}`);
            }}
          >
            <Plus size={15} />
          </button>
        )
      }
      actions={extraTabs.length > 0 ? null : <span>default · learner</span>}
    >
      {shells.map((id) => (
        <div key={id} className={css['shell']} hidden={id !== known}>
          <Shell
            name={id}
            front={id === known}
            onReady={(write) => {
              if (id === known) send.current = write;
            }}
          />
        </div>
      ))}
      {known === 'transcript' ? <Transcript /> : null}
      {extraTabs.some((tab) => tab.id === known) ? extra(known) : null}
      {phone && shells.includes(known) ? (
        <SoftKeys
          onKey={(data) => {
            send.current?.(data);
            page.terminal.focus();
          }}
        />
      ) : null}
    </Panel>
  );
}

export const EDITOR_TAB: PanelTab = { id: 'editor', label: 'YAML', icon: <FileCode size={15} /> };
