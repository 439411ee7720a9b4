/** Which of the layouts fits the window: wide, middle, narrow, phone. */
import { useSyncExternalStore } from 'react';

export type Layout = 'wide' | 'middle' | 'narrow' | 'phone';

const QUERIES: readonly (readonly [Layout, string])[] = [
  ['phone', '(max-width: 599px)'],
  ['narrow', '(max-width: 899px)'],
  ['middle', '(max-width: 1199px)'],
];

function read(): Layout {
  for (const [layout, query] of QUERIES) if (matchMedia(query).matches) return layout;
  return 'wide';
}

function subscribe(listener: () => void): () => void {
  const lists = QUERIES.map(([, query]) => matchMedia(query));
  for (const list of lists) list.addEventListener('change', listener);
  return () => {
    for (const list of lists) list.removeEventListener('change', listener);
  };
}

export function useLayout(): Layout {
  return useSyncExternalStore(subscribe, read);
}
