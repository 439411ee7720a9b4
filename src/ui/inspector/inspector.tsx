/** The panel about the one selected object: why it is so, its fields, events, logs and YAML. */
import { X } from '../icons.ts';
import { Panel } from '../frame/panel.tsx';
import type { PanelTab } from '../frame/panel.tsx';
import { useCluster } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import type { InspectorTab } from '../ui-state.ts';
import { CircleQuestionMark } from '../icons.ts';
import { Details } from './details.tsx';
import { EventList, eventsAbout } from './event-list.tsx';
import { Logs } from './logs.tsx';
import { ObjectHeader } from './object-header.tsx';
import { useSubject } from './subject.ts';
import { Why } from './why.tsx';
import { YamlView } from './yaml-view.tsx';
import css from './inspector.module.css';

export const INSPECTOR_TABS: readonly PanelTab[] = [
  { id: 'why', label: 'Why', icon: <CircleQuestionMark size={15} /> },
  { id: 'details', label: 'Details' },
  { id: 'events', label: 'Events' },
  { id: 'logs', label: 'Logs' },
  { id: 'yaml', label: 'YAML' },
];

export function Inspector() {
  const snapshot = useCluster();
  const tab = useUi((state) => state.inspectorTab);
  const selection = useUi((state) => state.selection);
  const count = eventsAbout(snapshot.objects.events, selection).length;
  return (
    <Panel
      label="Inspector"
      area="inspector"
      scroll
      active={tab}
      onTab={(id) => useUi.getState().set({ inspectorTab: id as InspectorTab })}
      tabs={INSPECTOR_TABS.map((one) => (one.id === 'events' ? { ...one, count } : one))}
      actions={
        selection ? (
          <button className="button plain small icon" aria-label="Clear the selection" onClick={() => useUi.getState().select(undefined)}>
            <X size={15} />
          </button>
        ) : null
      }
    >
      <InspectorBody tab={tab} />
    </Panel>
  );
}

export function InspectorBody({ tab }: { readonly tab: InspectorTab }) {
  const subject = useSubject();
  return (
    <div className={css['body']}>
      {subject ? <ObjectHeader subject={subject} /> : null}
      {tab === 'why' ? <Why subject={subject} /> : null}
      {tab === 'details' ? <Details subject={subject} /> : null}
      {tab === 'events' ? <EventList /> : null}
      {tab === 'logs' ? <Logs subject={subject} /> : null}
      {tab === 'yaml' ? <YamlView /> : null}
    </div>
  );
}
