/** Mark, cluster, time, and what one can do to all of it. Striped while it shows the past. */
import { BreakMenu } from '../break-menu/break-menu.tsx';
import { BookOpen, ChevronDown, CircleQuestionMark, Download, Ellipsis, GitBranch, Plus, RotateCcw } from '../icons.ts';
import { Menu } from '../menu.tsx';
import { clockText, moment, span } from '../model/age.ts';
import { useClusterPart, usePace, usePage } from '../page.tsx';
import { begin } from '../break-menu/faults.ts';
import { continueFromHere, goLive } from '../time-bar/moves.ts';
import { TimeBar } from '../time-bar/time-bar.tsx';
import { DEFAULTS, useUi } from '../ui-state.ts';
import type { Theme } from '../ui-state.ts';
import { downloadSession } from './download.ts';
import { Mark } from './mark.tsx';
import type { Layout } from './use-layout.ts';
import css from './frame.module.css';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'As the system'],
  ['dark', 'Dark'],
  ['light', 'Light'],
  ['projector', 'Projector'],
  ['contrast', 'High contrast'],
];
export const LESSON_ONE = 'first-hour.what-a-cluster-does';

export function Header({ layout }: { readonly layout: Layout }) {
  const page = usePage();
  const listed = useClusterPart((snapshot) => snapshot.nodes.length);
  const time = usePace();
  const ui = useUi();
  const past = time.lookingAtMicros;
  const compact = layout === 'phone';
  const tight = layout !== 'wide';
  const nodes = listed || page.sandbox.profile.nodes + 1;
  return (
    <header className={css['header']} data-past={past !== undefined || undefined}>
      <a className={css['brand']} href="#" aria-label="Tabernetes" style={{ color: 'inherit', textDecoration: 'none' }}>
        <Mark size={compact ? 24 : 22} />
        {compact ? null : <span>Tabernetes</span>}
      </a>
      {past !== undefined && !compact ? (
        <div className={css['plate']}>
          <b>PAST</b>
          <span className={css['at']}>{moment(past)}</span>
          <span className="quiet">{span((page.sandbox.time.state.nowMicros - past) / 1000)} ago</span>
        </div>
      ) : compact ? null : (
        <>
          <span className={css['rule']} />
          <Menu
            align="start"
            trigger={
              <button className={css['clusterButton']}>
                {ui.lesson ? 'lesson 1' : 'my-cluster'}{' '}
                <span className="quiet">
                  {page.sandbox.profile.version.replace(/\.\d+$/, '')} · {nodes} nodes
                </span>{' '}
                <ChevronDown size={14} />
              </button>
            }
            groups={[
              {
                items: [
                  {
                    label: ui.lesson ? 'Leave the lesson' : 'Lesson 1: What a cluster does',
                    icon: <BookOpen size={15} />,
                    run: () => ui.set({ lesson: ui.lesson ? undefined : LESSON_ONE, pane: 'lesson' }),
                  },
                  { label: 'Add a node', icon: <Plus size={15} />, run: () => void begin(page, { type: 'node-add' }) },
                  {
                    label: 'Reset the cluster',
                    detail: 'begins again with empty nodes; you can undo it',
                    icon: <RotateCcw size={15} />,
                    run: () => page.reset(),
                  },
                ],
              },
            ]}
          />
        </>
      )}
      <TimeBar compact={compact} />
      <div className={css['headerEnd']}>
        {past !== undefined ? (
          <>
            {compact ? null : (
              <button className="button" onClick={() => void continueFromHere(page)} disabled={!page.sandbox.capabilities.fork}>
                <GitBranch size={15} /> {tight ? 'Continue' : 'Continue from here'}
              </button>
            )}
            <button className="button filled" onClick={() => goLive(page)}>
              {compact ? 'Live' : 'Back to live'}
            </button>
          </>
        ) : (
          <BreakMenu compact={tight} />
        )}
        <Menu
          trigger={
            <button className="button plain icon" aria-label="More">
              <Ellipsis size={18} />
            </button>
          }
          groups={[
            ...(compact
              ? [
                  {
                    items: [
                      {
                        label: ui.lesson ? 'Leave the lesson' : 'Lesson 1',
                        icon: <BookOpen size={15} />,
                        run: () => ui.set({ lesson: ui.lesson ? undefined : LESSON_ONE, pane: 'lesson' }),
                      },
                      { label: 'Reset the cluster', icon: <RotateCcw size={15} />, run: () => page.reset() },
                    ],
                  },
                ]
              : []),
            {
              label: 'Theme',
              items: THEMES.map(([theme, label]) => ({ label, checked: ui.theme === theme, run: () => ui.set({ theme }) })),
            },
            {
              items: [
                {
                  label: 'Download the session',
                  detail: 'the journal, as one file',
                  icon: <Download size={15} />,
                  run: () => void downloadSession(page.sandbox, clockText(page.sandbox.time.state.nowMicros)),
                },
                { label: 'Keys', keys: '?', icon: <CircleQuestionMark size={15} />, run: () => ui.set({ help: true }) },
                { label: 'Reset layout', run: () => ui.set({ ...DEFAULTS, zoom: undefined, boardTab: 'nodes', inspectorTab: 'why' }) },
                { label: 'One-letter keys', checked: ui.letterKeys, run: () => ui.set({ letterKeys: !ui.letterKeys }) },
                { label: 'Plain text editor', checked: ui.plainEditor, run: () => ui.set({ plainEditor: !ui.plainEditor }) },
              ],
            },
          ]}
        />
      </div>
    </header>
  );
}
