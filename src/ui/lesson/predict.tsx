/** One question; commit, then the cluster is run in a copy and says who was right. */
import { useState } from 'react';
import type { Prediction } from '../../lesson/lesson.ts';
import type { LessonState } from '../../lesson/run.ts';
import { Check, X } from '../icons.ts';
import { useUi } from '../ui-state.ts';
import css from './lesson.module.css';

export function Predict({
  asked,
  state,
  onCommit,
}: {
  readonly asked: Prediction;
  readonly state: LessonState;
  readonly onCommit: (option: string) => Promise<void>;
}) {
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [running, setRunning] = useState(false);
  const result = state.prediction;
  const overlooked = asked.options.find((one) => one.id === result?.chosen)?.overlooks;
  const say = (id: string | undefined) => asked.options.find((one) => one.id === id)?.say ?? '';
  const commit = (): void => {
    setRunning(true);
    onCommit(chosen!)
      .catch(() => useUi.getState().notify({ icon: 'warning', title: 'The copy did not run', detail: 'Try again.' }))
      .finally(() => setRunning(false));
  };
  return (
    <div className={css['predict']}>
      <fieldset disabled={result !== undefined || running}>
        <legend>{asked.ask}</legend>
        {asked.options.map((option) => (
          <label key={option.id} data-chosen={(result?.chosen ?? chosen) === option.id || undefined}>
            <input
              type="radio"
              name="prediction"
              value={option.id}
              checked={(result?.chosen ?? chosen) === option.id}
              onChange={() => setChosen(option.id)}
            />
            {option.say}
          </label>
        ))}
      </fieldset>
      {result ? (
        <div className={css['result']} role="status">
          {result.chosen === result.truth ? <Check size={18} color="var(--you)" aria-hidden /> : <X size={18} aria-hidden />}
          <p>
            <b>You predicted: {say(result.chosen)}.</b>{' '}
            {result.chosen === result.truth ? 'So it was.' : `The copy of the cluster says otherwise: ${say(result.truth)}.`}
            {result.chosen !== result.truth && overlooked !== undefined ? <span className={css['overlooked']}>{overlooked}</span> : null}
            <code>{lastLine(result.outcome.stdout || result.outcome.stderr)}</code>
          </p>
        </div>
      ) : (
        <button className="button filled" disabled={chosen === undefined || running} onClick={commit}>
          {running ? 'Running the copy' : 'Commit'}
        </button>
      )}
    </div>
  );
}

const lastLine = (text: string): string => text.trimEnd().split('\n').slice(-3).join('  ');
