/** A panel: a row of tabs, things to do at its right, content below, and perhaps a line of words under that. */
import { useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import css from './frame.module.css';

export interface PanelTab {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly count?: number;
  readonly mark?: boolean;
}

interface PanelProps {
  readonly label: string;
  readonly area: string;
  readonly tabs: readonly PanelTab[];
  readonly active: string;
  readonly onTab: (id: string) => void;
  readonly actions?: ReactNode;
  readonly afterTabs?: ReactNode;
  readonly foot?: ReactNode;
  readonly children: ReactNode;
  /** The tab panel itself scrolls. */
  readonly scroll?: boolean;
}

export function Panel({ label, area, tabs, active, onTab, actions, afterTabs, foot, children, scroll }: PanelProps) {
  return (
    <section className={css['panel']} aria-label={label} data-area={area}>
      <div className={css['tabRow']}>
        <Tabs label={label} area={area} tabs={tabs} active={active} onTab={onTab} />
        {afterTabs}
        <div className={css['actions']}>{actions}</div>
      </div>
      <div
        className={css['content']}
        role="tabpanel"
        id={`${area}-panel`}
        aria-labelledby={`${area}-tab-${active}`}
        data-scroll={scroll || undefined}
        tabIndex={scroll ? 0 : undefined}
      >
        {children}
      </div>
      {foot}
    </section>
  );
}

function Tabs({ label, area, tabs, active, onTab }: Pick<PanelProps, 'label' | 'area' | 'tabs' | 'active' | 'onTab'>) {
  const row = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = (tabs.findIndex((tab) => tab.id === active) + step + tabs.length) % tabs.length;
    onTab(tabs[at]!.id);
    row.current?.querySelectorAll('button')[at]?.focus();
  };
  return (
    <div className={css['tabs']} role="tablist" aria-label={label} ref={row} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`${area}-tab-${tab.id}`}
          className={css['tab']}
          role="tab"
          aria-selected={tab.id === active}
          tabIndex={tab.id === active ? 0 : -1}
          aria-controls={`${area}-panel`}
          onClick={() => onTab(tab.id)}
        >
          {tab.icon}
          <span>{tab.label}</span>
          {tab.count === undefined ? null : <span className={css['count']}>{tab.count || ''}</span>}
          {tab.mark ? <span className={css['dot']} aria-label="not applied" role="img" /> : null}
        </button>
      ))}
    </div>
  );
}
