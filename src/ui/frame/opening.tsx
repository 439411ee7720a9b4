/** What the window shows while there is no cluster: it starts, a journal is played, or something went wrong. */
import { downloadText } from './download.ts';
import { Mark } from './mark.tsx';
import type { Opened } from './open.ts';
import css from './frame.module.css';

export function Opening({ share }: { readonly share: number | undefined }) {
  const percent = share === undefined ? undefined : Math.floor(share * 100);
  return (
    <div className={css['opening']} role="status">
      <Mark size={40} />
      <p>{percent === undefined ? 'Starting a cluster in this tab' : 'Playing your session again'}</p>
      <div
        className={css['bar']}
        role="progressbar"
        aria-label="Starting"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        data-unknown={percent === undefined || undefined}
      >
        <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
      </div>
    </div>
  );
}

export function Problem({
  problem,
  onFresh,
  onAgain,
}: {
  readonly problem: Exclude<Opened, { type: 'ready' }>;
  readonly onFresh: () => void;
  readonly onAgain: () => void;
}) {
  return (
    <div className={css['opening']} role="alert">
      <h1>{problem.type === 'corrupt' ? 'The saved session cannot be read' : 'The cluster did not start'}</h1>
      <p>{problem.why}</p>
      <div className={css['row']}>
        {problem.type === 'corrupt' ? (
          <button className="button" onClick={() => downloadText(problem.file, 'tabernetes-session.txt')}>
            Keep it as a file
          </button>
        ) : (
          <button className="button" onClick={onAgain}>
            Try again
          </button>
        )}
        <button className="button filled" onClick={onFresh}>
          Begin with a new cluster
        </button>
      </div>
    </div>
  );
}

const WITHIN_MS = 180_000;
const FALLS_MAX = 3;

/** Pure: an engine that falls again and again is not started again and again. */
export const tooOften = (fallsMs: readonly number[]): boolean => {
  const last = fallsMs.at(-1) ?? 0;
  return fallsMs.filter((one) => last - one < WITHIN_MS).length >= FALLS_MAX;
};
