/** The frame: header, panels in the layout that fits the window, and what floats above them. */
import { lazy, Suspense } from 'react';
import type { CSSProperties, ReactNode } from 'react';
import { BoardPanel } from '../board/board-panel.tsx';
import { BookOpen, FileCode, LayoutGrid, SquareTerminal } from '../icons.ts';
import { Inspector, INSPECTOR_TABS, InspectorBody } from '../inspector/inspector.tsx';
import { promptShown } from '../moments.ts';
import { usePage } from '../page.tsx';
import { EDITOR_TAB, TerminalPane } from '../terminal/terminal-pane.tsx';
import { Toasts } from '../toasts/toasts.tsx';
import { useUi } from '../ui-state.ts';
import type { InspectorTab, Pane } from '../ui-state.ts';
import { Header } from './header.tsx';
import { useKeys } from './keys.ts';
import { PodSheet } from './pod-sheet.tsx';
import { Splitter } from './splitter.tsx';
import { useLayout } from './use-layout.ts';
import css from './frame.module.css';

const EditorPanel = lazy(() =>
  promptShown.come.then(() => import('../editor/editor-panel.tsx')).then((module) => ({ default: module.EditorPanel })),
);
const Help = lazy(() => import('./help.tsx').then((module) => ({ default: module.Help })));
const LessonPanel = lazy(() => import('../lesson/lesson-panel.tsx').then((module) => ({ default: module.LessonPanel })));

export function App({ banner }: { readonly banner?: ReactNode }) {
  const page = usePage();
  const layout = useLayout();
  const ui = useUi();
  useKeys(page);
  const lesson = ui.lesson !== undefined;
  const stacked = layout === 'phone' || layout === 'narrow';
  const wide = layout === 'wide' && !lesson;
  const name =
    layout === 'phone' ? 'phone' : lesson ? { wide: 'lesson', middle: 'middle-lesson', narrow: 'narrow-lesson' }[layout] : layout;
  const pane: Pane = stacked && ui.pane === 'lesson' && (!lesson || layout === 'narrow') ? 'board' : ui.pane;
  const seen = (one: Pane): boolean => !stacked || pane === one;
  const style = {
    '--x1': `${ui.columns}fr`,
    '--x2': `${1 - ui.columns}fr`,
    '--y1': `${ui.rows}fr`,
    '--y2': `${1 - ui.rows}fr`,
  } as CSSProperties;
  return (
    <div className={css['app']} data-layout={layout} data-banner={banner ? true : undefined}>
      <button className={`button ${css['skip']}`} onClick={() => page.terminal.focus()}>
        Skip to the terminal
      </button>
      <Header layout={layout} />
      {banner}
      <main className={css['main']} data-layout={name} style={style}>
        <h1 className="hidden-visually">Tabernetes, a cluster in this tab</h1>
        {lesson ? (
          <Cell area="lesson" shown={layout !== 'phone' || pane === 'lesson'}>
            <Suspense fallback={null}>
              <LessonPanel id={ui.lesson!} />
            </Suspense>
          </Cell>
        ) : null}
        <Cell area="board" shown={seen('board')}>
          <BoardPanel />
          {stacked ? <PodSheet /> : null}
        </Cell>
        {wide ? (
          <Cell area="inspector" shown>
            <Inspector />
          </Cell>
        ) : null}
        <Cell area={stacked ? 'board' : 'terminal'} shown={seen('terminal') || (stacked && pane === 'inspector')}>
          <TerminalPane
            phone={stacked}
            extraTabs={wide || layout === 'phone' ? [] : [...(layout === 'narrow' ? [] : [EDITOR_TAB]), ...INSPECTOR_TABS.slice(0, 3)]}
            extra={(id) =>
              id === 'editor' ? (
                <Suspense fallback={null}>
                  <EditorPanel bare />
                </Suspense>
              ) : (
                <div style={{ overflow: 'auto', flex: 1 }}>
                  <InspectorBody tab={id as InspectorTab} />
                </div>
              )
            }
          />
        </Cell>
        {wide ? (
          <Cell area="editor" shown>
            <Suspense fallback={<section className={css['panel']} />}>
              <EditorPanel />
            </Suspense>
          </Cell>
        ) : null}
        {stacked && pane === 'editor' ? (
          <Cell area="board" shown>
            <Suspense fallback={null}>
              <EditorPanel />
            </Suspense>
          </Cell>
        ) : null}
        {wide ? (
          <>
            <Splitter axis="x" />
            <Splitter axis="y" />
          </>
        ) : null}
      </main>
      {stacked ? <TabBar pane={pane} lesson={lesson && layout === 'phone'} /> : null}
      <Toasts />
      {ui.help ? (
        <Suspense fallback={null}>
          <Help onClose={() => ui.set({ help: false })} />
        </Suspense>
      ) : null}
    </div>
  );
}

function Cell({ area, shown, children }: { readonly area: string; readonly shown: boolean; readonly children: ReactNode }) {
  return (
    <div className={css['cell']} style={{ gridArea: area }} hidden={!shown}>
      {children}
    </div>
  );
}

function TabBar({ pane, lesson }: { readonly pane: Pane; readonly lesson: boolean }) {
  const tabs: readonly (readonly [Pane, string, ReactNode])[] = [
    ...(lesson ? [['lesson', 'Lesson', <BookOpen key="l" size={20} />] as const] : []),
    ['board', 'Board', <LayoutGrid key="b" size={20} />],
    ['terminal', 'Terminal', <SquareTerminal key="t" size={20} />],
    ['editor', 'YAML', <FileCode key="e" size={20} />],
  ];
  return (
    <nav className={css['tabBar']} aria-label="Panes">
      {tabs.map(([id, label, icon]) => (
        <button key={id} aria-current={pane === id} onClick={() => useUi.getState().set({ pane: id })}>
          {icon}
          {label}
        </button>
      ))}
    </nav>
  );
}
