/** Opens the sandbox, restores what was saved, and holds what lives as long as the page. */
import { Component, useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Profile, Sandbox } from '../../sandbox/sandbox.ts';
import { faultRecord } from '../break-menu/faults.ts';
import { createClusterStore } from '../cluster-store.ts';
import type { ClusterStore } from '../cluster-store.ts';
import { beginFirstMinute } from '../first-minute/start.ts';
import { clusterShown } from '../moments.ts';
import { createEditorAccess, createTerminalAccess, PageProvider } from '../page.tsx';
import type { Page } from '../page.tsx';
import { bringBack, forgetSession, keepSaved, putAway } from '../saved-journal.ts';
import { createTraceLog } from '../trace-log.ts';
import { useUi } from '../ui-state.ts';
import { App } from './app.tsx';
import { downloadSession, downloadText } from './download.ts';
import { Opening, Problem, tooOften } from './opening.tsx';
import { openSaved, startFresh } from './open.ts';
import type { Opened } from './open.ts';
import { watch } from './watchdog.ts';
import css from './frame.module.css';

interface Notice {
  readonly text: string;
  /** What was saved and could not be played. */
  readonly file?: string;
}

const STOPPED = {
  silent: 'The engine of this page stopped answering.',
  standing: 'Time stood still: a worker of this page ended.',
} as const;

export function Root({ profileOf }: { readonly profileOf?: () => Partial<Profile> }) {
  const [page, setPage] = useState<Page | undefined>(undefined);
  const [problem, setProblem] = useState<Exclude<Opened, { type: 'ready' }> | undefined>(undefined);
  const [notice, setNotice] = useState<Notice | undefined>(undefined);
  const [share, setShare] = useState<number | undefined>(undefined);
  const [blocked, setBlocked] = useState(false);
  const [life, setLife] = useState(0);
  const lesson = useUi((state) => state.lesson);
  const saved = lesson ?? 'sandbox';
  const fresh = useRef(false);
  /** What happened to the engine, if the page opens again because it stopped. */
  const fell = useRef<string | undefined>(undefined);
  const falls = useRef<readonly number[]>([]);

  useEffect(() => {
    let live = true;
    const held: Disposable[] = [];
    setPage(undefined);
    setProblem(undefined);
    setShare(undefined);
    void (async () => {
      const lessonProfile =
        lesson === undefined ? undefined : await import('../lesson/lessons.ts').then((module) => module.lessonProfile(lesson));
      const options = { ...profileOf?.(), ...lessonProfile };
      const opened = fresh.current ? await startFresh(options) : await openSaved(saved, options, setShare);
      fresh.current = false;
      if (!live) {
        if (opened.type === 'ready') await opened.sandbox.close();
        return;
      }
      if (opened.type !== 'ready') {
        setProblem(opened);
        return;
      }
      const said = [fell.current, opened.notice].filter((one) => one !== undefined).join(' ');
      fell.current = undefined;
      setNotice(said === '' ? undefined : { text: said, ...(opened.file !== undefined && { file: opened.file }) });
      setBlocked(opened.blocked);
      hold(opened.sandbox);
      if (opened.first && lesson === undefined && !useUi.getState().firstMinuteDone)
        void beginFirstMinute(opened.sandbox.api).catch(() => undefined);
    })().catch((error: unknown) => {
      if (live) setProblem({ type: 'failed', why: error instanceof Error ? error.message : 'the engine did not start' });
    });

    function hold(sandbox: Sandbox): void {
      const cluster = createClusterStore(sandbox.api);
      const trace = createTraceLog(sandbox.trace);
      for (const { fault, sinceMicros } of sandbox.faults) trace.add(faultRecord(fault, sinceMicros));
      const keeper = keepSaved(saved, sandbox, () => setBlocked(true));
      const errors = sandbox.onError((error) => {
        if (error.fatal) setProblem({ type: 'failed', why: `${error.title}: ${error.detail}` });
        else useUi.getState().notify({ icon: 'warning', title: error.title, detail: error.detail });
      });
      const watchdog = watch(sandbox, (verdict) => recover(STOPPED[verdict]));
      const mine: Disposable[] = [watchdog, cluster, trace, keeper, errors, { [Symbol.dispose]: () => void sandbox.close() }];
      held.push(...mine);
      const next: Page = {
        sandbox,
        cluster,
        trace,
        terminal: createTerminalAccess(),
        editor: createEditorAccess(),
        reset() {
          useUi.getState().select(undefined);
          void leave(async () => {
            const kept = await putAway(saved);
            fresh.current = true;
            const undo = { label: 'Undo', run: () => void leave(() => bringBack(saved)) };
            useUi.getState().notify({ icon: 'check', title: 'A new cluster', ...(kept && { action: undo }) });
          });
        },
        replaceWith(branch) {
          for (const one of mine) one[Symbol.dispose]();
          hold(branch);
        },
      };
      setPage(next);
      performance.mark('page');
      markCluster(cluster);
      exposeForTests(next);
    }
    /** Ends this sandbox, so that it saves no more, changes what is kept, and opens that. */
    async function leave(change: () => Promise<void>): Promise<void> {
      for (const one of held.splice(0)) one[Symbol.dispose]();
      await change();
      setLife((count) => count + 1);
    }
    /** The journal lies in the store: it is played again in new workers. */
    function recover(what: string): void {
      falls.current = [...falls.current, performance.now()];
      if (tooOften(falls.current)) setProblem({ type: 'failed', why: `${what} It did so several times, so the page stopped trying.` });
      else {
        fell.current = `${what} Your session was opened again from what was saved.`;
        setLife((count) => count + 1);
      }
    }
    return () => {
      live = false;
      for (const one of held) one[Symbol.dispose]();
    };
  }, [life, saved, lesson, profileOf]);

  const restart = (): void => {
    fresh.current = true;
    void forgetSession(saved).then(() => setLife((count) => count + 1));
  };
  if (problem) return <Problem problem={problem} onFresh={restart} onAgain={() => setLife((count) => count + 1)} />;
  if (!page) return <Opening share={share} />;
  const banner = blocked ? (
    <p className={`notice ${css['banner']}`}>
      <span>
        <strong>Nothing is kept.</strong> This browser blocks storage here. Work as usual, then{' '}
        <button className="link" onClick={() => void downloadSession(page.sandbox, 'session')}>
          download your session
        </button>{' '}
        before you close the tab.
      </span>
    </p>
  ) : notice !== undefined ? (
    <p className={`notice ${css['banner']}`}>
      <span>{notice.text}</span>{' '}
      {notice.file === undefined ? null : (
        <button className="link" onClick={() => downloadText(notice.file ?? '', 'tabernetes-session.txt')}>
          Keep the old session as a file
        </button>
      )}{' '}
      <button className="link" onClick={() => setNotice(undefined)}>
        Understood
      </button>
    </p>
  ) : undefined;
  return (
    <Fence>
      <PageProvider value={page}>
        <App key={life} banner={banner} />
      </PageProvider>
    </Fence>
  );
}

/** When every node was Ready for the first time: what `scripts/size.mjs` waits for. */
function markCluster(cluster: ClusterStore): void {
  const stop = cluster.subscribe(() => {
    const { nodes } = cluster.snapshot();
    if (nodes.length === 0 || !nodes.every((node) => node.ready)) return;
    clusterShown.tell();
    stop();
  });
}

/** The browser test asks the sandbox itself for its hash; a learner may too. */
function exposeForTests(page: Page): void {
  Object.assign(globalThis, {
    tabernetes: {
      hash: () => page.sandbox.hash(),
      journal: () => page.sandbox.journal(),
      time: page.sandbox.time,
      snapshot: () => page.cluster.snapshot(),
    },
  });
}

/** A mistake of ours in one panel must not leave an empty window. */
class Fence extends Component<{ readonly children: ReactNode }, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined };
  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }
  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <div className={css['opening']} role="alert">
        <h1>The page made a mistake</h1>
        <p>{this.state.error.message}</p>
        <button className="button filled" onClick={() => location.reload()}>
          Load it again; your cluster is kept
        </button>
      </div>
    );
  }
}
