/** Under the board: what is true now, in one sentence. Polite, and at most one sentence in two seconds. */
import { useEffect, useRef, useState } from 'react';
import { useCluster } from '../page.tsx';
import { Captions } from '../icons.ts';
import { useUi } from '../ui-state.ts';
import css from '../board/board.module.css';
import { sentence } from './sentence.ts';
import type { Sentence } from './sentence.ts';

const SPOKEN_EVERY_MS = 2_000;

export function WordsLine() {
  const snapshot = useCluster();
  const namespace = useUi((state) => state.namespace);
  const boardTab = useUi((state) => state.boardTab);
  const now = sentence(snapshot, namespace);
  const spoken = useSlowly(now);
  return (
    <div className={css['words']}>
      <Captions size={15} aria-hidden />
      <p title={`${now.head} ${now.rest}`}>
        <strong>{now.head}</strong> {now.rest}
      </p>
      <span className="hidden-visually" role="status">
        {spoken.head} {spoken.rest}
      </span>
      <button
        type="button"
        aria-keyshortcuts="w"
        onClick={() => useUi.getState().set({ boardTab: boardTab === 'words' ? 'nodes' : 'words' })}
      >
        {boardTab === 'words' ? 'Cluster as a picture' : 'Cluster in words'} <kbd className="key">W</kbd>
      </button>
    </div>
  );
}

function useSlowly(now: Sentence): Sentence {
  const [spoken, setSpoken] = useState(now);
  const latest = useRef(now);
  latest.current = now;
  const text = `${now.head} ${now.rest}`;
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(latest.current), SPOKEN_EVERY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return spoken;
}
