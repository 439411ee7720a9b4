/** The page's own keys: F6 round the panes, and single letters while nobody types. */
import { useEffect } from 'react';
import type { Page } from '../page.tsx';
import { goLive, lookAt, stepBack } from '../time-bar/moves.ts';
import { useUi } from '../ui-state.ts';
import { shownMicros } from '../page.tsx';

export function useKeys(page: Page): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'F6') {
        event.preventDefault();
        nextPane(event.shiftKey ? -1 : 1);
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !useUi.getState().letterKeys) return;
      const act = actions(page)[event.key];
      if (!act || (event.key === ' ' && (event.target as HTMLElement).closest('button, a, [role=menuitem]'))) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [page]);
}

function actions(page: Page): Readonly<Record<string, () => void>> {
  const { time } = page.sandbox;
  return {
    ' ': () => (time.state.playing ? time.pause() : time.play()),
    '[': () => stepBack(page),
    ']': () => {
      goLive(page);
      void time.step();
    },
    ',': () => lookAt(page, shownMicros(time.state) - 1e6),
    '.': () => lookAt(page, shownMicros(time.state) + 1e6),
    l: () => goLive(page),
    w: () => useUi.getState().set({ boardTab: useUi.getState().boardTab === 'words' ? 'nodes' : 'words' }),
    '?': () => useUi.getState().set({ help: true }),
    Escape: letGo,
  };
}

/** What floats first, then the selection. */
function letGo(): void {
  const { toast, selection, set, select } = useUi.getState();
  if (toast) set({ toast: undefined });
  else if (selection) select(undefined);
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select') ||
      target.closest('.xterm, .monaco-editor, [role=menu]') !== null)
  );
}

/** What takes the focus in each pane, in reading order. */
const STOPS = [
  '[data-area=lesson] .link, [data-area=lesson] button',
  '[data-area=board] [role=application], [data-area=board] [role=treegrid] [tabindex="0"]',
  '[data-area=inspector] [role=tab][tabindex="0"]',
  '[data-area=terminal] textarea, [data-area=terminal] [role=tab][tabindex="0"]',
  '[data-area=editor] textarea, [data-area=editor] [role=tab][tabindex="0"], [data-area=editor] button:not(:disabled)',
  'header button',
];

/** Where one types comes before what is above it. */
const stopsIn = (selector: string): readonly HTMLElement[] => {
  const found = [...document.querySelectorAll<HTMLElement>(selector)].filter((one) => one.checkVisibility());
  return [...found.filter((one) => one.matches('textarea')), ...found];
};

function nextPane(step: number): void {
  const stops = STOPS.flatMap((selector) => {
    const [first] = stopsIn(selector);
    return first ? [first] : [];
  });
  const inside = stops.findIndex((stop) => stop.closest('[data-area], header')?.contains(document.activeElement));
  stops[(inside + step + stops.length) % stops.length]?.focus();
}
