/** The rail: who did what, when, and because of what; the scheduler's scores one press away. */
import { useMemo, useState } from 'react';
import { ArrowRight, CornerDownLeft, Cpu, Layers, Package, Power, Scale, User, Waypoints } from '../icons.ts';
import { moment } from '../model/age.ts';
import { shownMicros, useCluster, useCommands, usePage, useTimeSlowly, useTrace } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { ScoreTable } from './score-table.tsx';
import type { Inspected } from './subject.ts';
import { suggestions } from './suggestions.ts';
import { eventsAbout } from './event-list.tsx';
import { eventSteps, whyRail } from './why-rail.ts';
import type { Actor, Step } from './why-rail.ts';
import css from './inspector.module.css';

const ICONS: Readonly<Record<Actor, typeof User>> = {
  you: User,
  controller: Layers,
  scheduler: Scale,
  kubelet: Package,
  runtime: Cpu,
  network: Waypoints,
  fault: Power,
};
const SHOWN = 40;

export function Why({ subject }: { readonly subject: Inspected | undefined }) {
  const page = usePage();
  const snapshot = useCluster();
  const records = useTrace();
  const commands = useCommands();
  const time = useTimeSlowly();
  const selection = useUi((state) => state.selection);
  const now = shownMicros(time);
  const steps = useMemo(() => {
    if (!subject) return [];
    const told = whyRail(subject.chain, subject.pod?.node ?? subject.node?.name, records, commands);
    const kubeletTold = told.some((step) => step.actor === 'kubelet');
    const more = kubeletTold ? [] : eventSteps(eventsAbout(snapshot.objects.events, subject.selection), page.sandbox.profile.startAtMs);
    return [...told, ...more].sort((a, b) => a.atMicros - b.atMicros);
  }, [subject, records, commands, snapshot.objects.events, page]);
  const shown = steps.filter((step) => step.atMicros <= now).slice(-SHOWN);
  if (!subject) return <NothingSelected />;
  return (
    <>
      <ol className={css['rail']} aria-label="What led to this">
        {shown.map((step, at) => (
          <RailStep key={`${step.atMicros} ${step.did} ${at}`} step={step} last={at === shown.length - 1} nowMicros={now} />
        ))}
        {shown.length === 0 ? <li className={css['none']}>Nothing was decided about this object yet.</li> : null}
      </ol>
      <footer className={css['foot']}>
        {suggestions(snapshot, selection)
          .slice(0, 2)
          .map((command) => (
            <button key={command} className="chip" onClick={() => page.terminal.type(command)} title="Types it; you press Enter">
              <CornerDownLeft size={14} aria-hidden />
              <span className="cut">{command}</span>
            </button>
          ))}
      </footer>
    </>
  );
}

function RailStep({ step, last, nowMicros }: { readonly step: Step; readonly last: boolean; readonly nowMicros: number }) {
  const [open, setOpen] = useState(false);
  const Icon = ICONS[step.actor];
  return (
    <li className={css['step']} data-you={step.actor === 'you' || undefined}>
      <span className={css['actor']}>
        <Icon size={13} aria-hidden />
      </span>
      <div>
        <p className={css['did']}>
          <b>{step.who}</b> {step.did}
          {step.times > 1 ? <span className="quiet">, {step.times} times</span> : null}
        </p>
        {step.because === '' ? null : (
          <p className={css['because']}>
            {step.because}
            {step.record && step.record.nodes.length > 0 ? (
              <>
                {' '}
                <button className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
                  {open ? 'Hide scores' : 'Show scores'}
                </button>
              </>
            ) : null}
          </p>
        )}
        {open && step.record ? <ScoreTable record={step.record} /> : null}
      </div>
      <time className={css['time']}>{last && nowMicros - step.atMicros < 2e6 ? 'now' : moment(step.atMicros)}</time>
    </li>
  );
}

function NothingSelected() {
  const page = usePage();
  const snapshot = useCluster();
  return (
    <div className={css['empty']}>
      <h2>Every object has a story</h2>
      <p>Select a Pod or a node, on the board or in the terminal, and this panel says who made it so, and why.</p>
      {(snapshot.objects.deployments.length > 0 ? suggestions(snapshot, undefined).slice(0, 1) : []).map((command) => (
        <button key={command} className="chip" onClick={() => page.terminal.type(command)}>
          <CornerDownLeft size={14} aria-hidden />
          {command}
        </button>
      ))}
      {snapshot.pods.find((pod) => !pod.system) ? (
        <button
          className="link"
          onClick={() => useUi.getState().select({ resource: 'pods', key: snapshot.pods.find((pod) => !pod.system)!.key })}
        >
          Begin with a Pod <ArrowRight size={14} />
        </button>
      ) : null}
    </div>
  );
}
