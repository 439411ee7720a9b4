/** One check: what it wants, and the fact that it found. */
import type { Check } from '../../lesson/lesson.ts';
import type { CheckProgress } from '../../lesson/progress.ts';
import { PodMark } from '../board/pod-mark.tsx';
import { Check as Tick } from '../icons.ts';
import css from './lesson.module.css';

const SAID = { waiting: 'waits', 'not-met': 'not met', holding: 'holding', met: 'met', broken: 'lost' } as const;

export function CheckRow({ check, progress }: { readonly check: Check; readonly progress: CheckProgress | undefined }) {
  const state = progress?.state ?? 'not-met';
  return (
    <li className={css['check']} data-state={undefined} data-check={check.id} data-met={state === 'met' || undefined}>
      <Icon state={state} share={progress?.share ?? 0} />
      <div>
        <p>
          {check.say}
          <span className="hidden-visually">: {SAID[state]}.</span>
        </p>
        {progress && progress.evidence !== '' ? <small>{progress.evidence}</small> : null}
      </div>
    </li>
  );
}

function Icon({ state, share }: { readonly state: CheckProgress['state']; readonly share: number }) {
  if (state === 'met') return <Tick size={18} color="var(--you)" aria-hidden />;
  if (state === 'broken') return <PodMark state="failing" size={18} label={false} />;
  return (
    <svg viewBox="0 0 24 24" width={18} height={18} fill="none" strokeWidth={2.4} aria-hidden>
      <circle cx={12} cy={12} r={8.5} stroke="var(--edge)" strokeDasharray={state === 'waiting' ? '2 3' : undefined} />
      {state === 'holding' ? (
        <circle cx={12} cy={12} r={8.5} stroke="var(--you)" strokeDasharray={`${share * 53.4} 60`} transform="rotate(-90 12 12)" />
      ) : null}
    </svg>
  );
}
