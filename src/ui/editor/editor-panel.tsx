/** The learner's YAML files in tabs, with the live cluster's word on them, Diff and Apply. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Panel } from '../frame/panel.tsx';
import { Check, FileCode, Plus, X } from '../icons.ts';
import { clusterShown } from '../moments.ts';
import { useCluster, usePage } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { applyText, liveObjects } from './apply.ts';
import type { Problem } from './apply.ts';
import type { CodeEditor } from './monaco.ts';
import { editableYaml } from './manifest.ts';
import { useEditRequest } from './edit-request.ts';
import { clusterNotes } from './notes.ts';
import { createPlainEditor } from './plain.ts';
import { useFiles } from './use-files.ts';
import css from './editor.module.css';

const FIRST = 'web.yaml';
const APPLY_KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘↵' : 'Ctrl ↵';

export function EditorPanel({ bare }: { readonly bare?: boolean }) {
  const page = usePage();
  const snapshot = useCluster();
  const plain = useUi((state) => state.plainEditor);
  const request = useEditRequest((state) => state.request);
  const files = useFiles(page.sandbox.files);
  const [active, setActive] = useState<string | undefined>(undefined);
  const [applied, setApplied] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const [comparing, setComparing] = useState(false);
  const [editor, setEditor] = useState<CodeEditor | undefined>(undefined);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const place = useRef<HTMLDivElement>(null);
  const shown = request ? request.path : active !== undefined && files.texts.has(active) ? active : [...files.texts.keys()][0];
  const text = request ? request.text : shown === undefined ? '' : (files.texts.get(shown) ?? '');
  const live = useRef({ shown, request });
  live.current = { shown, request };
  /** What is written for the shell, should the editor be made anew. */
  const draft = useRef<{ readonly request: object; readonly text: string } | undefined>(undefined);

  useEffect(
    () =>
      page.editor.onOpen((path, line) => {
        setActive(path);
        if (line !== undefined) setTimeout(() => editor?.reveal(line), 50);
      }),
    [page, editor],
  );
  useEditorIn(place, { text: shown !== undefined, plain }, setEditor, live, page.sandbox.api);
  useEffect(() => setProblems([]), [shown, request]);
  useEffect(() => {
    if (editor && shown !== undefined) editor.open(shown, draft.current && draft.current.request === request ? draft.current.text : text);
  }, [editor, shown, request, files.loaded, files.outside]);
  useEffect(() => {
    editor?.onEdit((next) => {
      setProblems([]);
      const now = live.current;
      if (now.request) draft.current = { request: now.request, text: next };
      else if (now.shown !== undefined) files.edit(now.shown, next);
    });
  }, [editor, files.edit]);
  useEffect(() => {
    editor?.notes(request ? [] : clusterNotes(editor.text(), snapshot.pods, snapshot.objects.pods));
  }, [editor, snapshot, shown, request]);

  const apply = useCallback(async () => {
    if (!editor || busy) return;
    const written = editor.text();
    const now = live.current;
    if (now.request) {
      now.request.finish(written);
      return;
    }
    setBusy(true);
    try {
      if (now.shown !== undefined) await files.flush();
      const result = await applyText(page.sandbox.api, written);
      if (result.type === 'refused') {
        editor.problems(result.problems);
        setProblems(result.problems);
      } else {
        editor.problems([]);
        setProblems([]);
        if (now.shown !== undefined) setApplied((old) => new Map(old).set(now.shown!, written));
        useUi
          .getState()
          .notify({ icon: 'check', title: result.objects.map((one) => `${one.kind.toLowerCase()}/${one.name} ${one.outcome}`).join(', ') });
      }
    } catch (error) {
      useUi.getState().notify({ icon: 'warning', title: 'The API does not answer', detail: error instanceof Error ? error.message : '' });
    } finally {
      setBusy(false);
    }
  }, [editor, busy, page, files]);

  const compare = async (): Promise<void> => {
    if (!editor) return;
    if (comparing) {
      editor.diff(undefined);
      setComparing(false);
      return;
    }
    const objects = await liveObjects(page.sandbox.api, editor.text());
    editor.diff(objects.map((one) => (one ? editableYaml(one) : '')).join('---\n'));
    setComparing(true);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      void apply();
    }
  };
  const actions = request ? (
    <>
      <button className="button small" onClick={() => request.finish(undefined)}>
        <X size={13} /> Give up
      </button>
      <button className="button small filled" onClick={() => void apply()}>
        <Check size={13} /> Save and close
      </button>
    </>
  ) : (
    <>
      <button className="button small" aria-pressed={comparing} disabled={shown === undefined} onClick={() => void compare()}>
        {comparing ? 'Back to the file' : 'Diff with live'}
      </button>
      <button className="button small yours" disabled={busy || shown === undefined} onClick={() => void apply()}>
        Apply <kbd className={css['keys']}>{APPLY_KEYS}</kbd>
      </button>
    </>
  );
  const body = (
    <div className={css['place']} ref={place} onKeyDownCapture={onKeyDown} data-file={shown}>
      {problems.length > 0 ? <Problems problems={problems} onShow={(one) => editor?.reveal(one.line, one.column)} /> : null}
      {shown === undefined && !request ? <Empty onNew={() => void files.create(FIRST, EXAMPLE).then(() => setActive(FIRST))} /> : null}
    </div>
  );
  if (bare)
    return (
      <div className={css['bare']}>
        <div className={css['bareBar']}>{actions}</div>
        {body}
      </div>
    );
  return (
    <Panel
      label="Manifests"
      area="editor"
      active={shown ?? ''}
      onTab={(id) => {
        if (!request) {
          editor?.diff(undefined);
          setComparing(false);
          setActive(id);
        }
      }}
      tabs={
        request
          ? [{ id: request.path, label: request.path.split('/').at(-1) ?? request.path, icon: <FileCode size={15} /> }]
          : [...files.texts.keys()].map((path) => ({
              id: path,
              label: path,
              icon: <FileCode size={15} />,
              mark: applied.has(path) && applied.get(path) !== files.texts.get(path),
            }))
      }
      afterTabs={
        request ? null : (
          <button
            className="button plain small icon"
            aria-label="New file"
            title="New file"
            onClick={() => {
              const name = freeName(files.texts);
              void files.create(name, '').then(() => setActive(name));
            }}
          >
            <Plus size={15} />
          </button>
        )
      }
      actions={actions}
    >
      {body}
    </Panel>
  );
}

interface Wanted {
  /** There is something to edit: without it no editor is made. */
  readonly text: boolean;
  readonly plain: boolean;
}

/** A plain field at once, Monaco in its place as soon as it has come: typing is never waited for. */
function useEditorIn(
  place: React.RefObject<HTMLDivElement | null>,
  { text, plain }: Wanted,
  setEditor: (editor: CodeEditor | undefined) => void,
  shown: { readonly current: { readonly shown: string | undefined } },
  api: ReturnType<typeof usePage>['sandbox']['api'],
): void {
  useEffect(() => {
    if (!text || !place.current) return;
    let live = true;
    let current: CodeEditor = createPlainEditor(place.current);
    const stop: Disposable[] = [];
    setEditor(current);
    void (async () => {
      if (plain) return;
      await clusterShown.come;
      const module = await import('./monaco.ts');
      await module.loadMonaco(idleTurn);
      if (!live || !place.current) return;
      const before = current;
      const next = module.createEditor(place.current);
      stop.push(next);
      await idleTurn();
      if (!live) return;
      next.open(shown.current.shown ?? '', before.text());
      // Not in the middle of a character, nor of a text that stands there to be compared.
      do await idleTurn();
      while (live && before.place().busy);
      if (!live) return;
      next.open(shown.current.shown ?? '', before.text());
      next.restore(before.place());
      before[Symbol.dispose]();
      setEditor((current = next));
      const watcher = new MutationObserver(() => module.retheme());
      watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
      stop.push({ [Symbol.dispose]: () => watcher.disconnect() });
      const { clusterSchema } = await import('./openapi-schema.ts');
      const schema = await clusterSchema(api, idleTurn);
      await idleTurn();
      if (live) module.useSchema(schema);
    })().catch(() => {
      // Without a network there is the plain field; without an API, no schema.
    });
    return () => {
      live = false;
      for (const one of new Set([...stop, current])) one[Symbol.dispose]();
      setEditor(undefined);
    };
  }, [place, text, plain, setEditor, shown, api]);
}

/** A task of its own, when the page has nothing better to do. */
function idleTurn(): Promise<void> {
  return new Promise<void>((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: IDLE_MS });
    else setTimeout(resolve, 30);
  });
}
const IDLE_MS = 500;

const SHOWN_PROBLEMS = 3;

/** What the API refused, where, in its own words; it stays until the text changes. */
function Problems({ problems, onShow }: { readonly problems: readonly Problem[]; readonly onShow: (problem: Problem) => void }) {
  const more = problems.length - SHOWN_PROBLEMS;
  return (
    <div className={css['problems']} role="alert">
      {problems.slice(0, SHOWN_PROBLEMS).map((one) => (
        <button key={`${one.line} ${one.column} ${one.message}`} onClick={() => onShow(one)}>
          <b>
            Not applied: line {one.line}, column {one.column}
          </b>{' '}
          {one.message}
        </button>
      ))}
      {more > 0 ? <p className="quiet">and {more} more</p> : null}
    </div>
  );
}

function Empty({ onNew }: { readonly onNew: () => void }) {
  return (
    <div className={css['empty']}>
      <h2>A place for manifests</h2>
      <p>Files in your home directory that end in .yaml open here. Apply sends them to the cluster.</p>
      <button className="button" onClick={onNew}>
        <FileCode size={15} /> Open an example
      </button>
    </div>
  );
}

function freeName(texts: ReadonlyMap<string, string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? 'manifest.yaml' : `manifest-${count}.yaml`;
    if (!texts.has(name)) return name;
  }
}

const EXAMPLE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: nginx
        image: nginx:1.27
        ports:
        - containerPort: 80
`;
