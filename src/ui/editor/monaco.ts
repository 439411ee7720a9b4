/** The one place that knows Monaco: loaded when there is something to edit, with only the features that YAML needs, and
 *  piece by piece: as one module its evaluation would hold up the page for a sixth of a second. */
import type * as Monaco from 'monaco-editor/editor';
import type { MonacoYaml } from 'monaco-yaml';
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker';
import YamlWorker from 'monaco-yaml/yaml.worker.js?worker';
import type { Problem } from './apply.ts';

/** From what others are built on to what stands on them; each is evaluated in a turn of its own. */
const PIECES: readonly (() => Promise<unknown>)[] = [
  () => import('monaco-editor/editor/common/model/textModel'),
  () => import('monaco-editor/editor/browser/view'),
  () => import('monaco-editor/editor/browser/widget/codeEditor/codeEditorWidget'),
  () => import('monaco-editor/base/common/marked/marked'),
  () => import('monaco-editor/base/browser/markdownRenderer'),
  () => import('monaco-editor/platform/hover/browser/hoverService'),
  () => import('monaco-editor/editor/common/config/editorConfigurationSchema'),
  () => import('monaco-editor/platform/actions/common/menuService'),
  () => import('monaco-editor/editor/standalone/browser/standaloneServices'),
  () => import('monaco-editor/editor/browser/widget/diffEditor/diffEditorWidget'),
  () => import('monaco-editor/editor'),
  () => import('monaco-editor/features/hover/register'),
  // The suggest feature's own entry leaves its controller out.
  () => import('monaco-editor/editor/contrib/suggest/browser/suggestController'),
  () => import('monaco-editor/features/suggest/register'),
  () => import('monaco-editor/features/find/register'),
  () => import('monaco-editor/features/folding/register'),
  () => import('monaco-editor/features/quickCommand/register'),
  () => import('monaco-editor/features/diffEditor/register'),
  () =>
    Promise.all([
      import('monaco-editor/languages/definitions/yaml/register'),
      import('monaco-editor/features/bracketMatching/register'),
      import('monaco-editor/features/clipboard/register'),
      import('monaco-editor/features/codicon/register'),
      import('monaco-editor/features/comment/register'),
      import('monaco-editor/features/contextmenu/register'),
      import('monaco-editor/features/gotoError/register'),
      import('monaco-editor/features/indentation/register'),
      import('monaco-editor/features/linesOperations/register'),
      import('monaco-editor/features/multicursor/register'),
      import('monaco-editor/features/snippet/register'),
      import('monaco-editor/features/toggleTabFocusMode/register'),
      import('monaco-editor/features/wordOperations/register'),
    ]),
];

let monaco: typeof Monaco;
let configureMonacoYaml: typeof import('monaco-yaml').configureMonacoYaml;
let loading: Promise<void> | undefined;

/** Before anything else here. `turn` is waited for before each piece. */
export function loadMonaco(turn: () => Promise<void>): Promise<void> {
  loading ??= (async () => {
    for (const piece of PIECES) {
      await turn();
      await piece();
    }
    await turn();
    ({ configureMonacoYaml } = await import('monaco-yaml'));
    await turn();
    monaco = await import('monaco-editor/editor');
    // The first model and theme start Monaco's services.
    await turn();
    monaco.editor.createModel('', 'plaintext').dispose();
    await turn();
    retheme();
    await turn();
    setUp();
    await turn();
    monaco.editor.createModel('a: 1', 'yaml').dispose();
  })();
  return loading;
}

export interface Note {
  readonly line: number;
  readonly text: string;
}

export interface CodeEditor extends Disposable {
  open(path: string, text: string): void;
  text(): string;
  onEdit(listener: (text: string) => void): void;
  /** Errors that the API found, beside those of the schema. */
  problems(problems: readonly Problem[]): void;
  /** What the live cluster says of a line. */
  notes(notes: readonly Note[]): void;
  reveal(line: number, column?: number): void;
  /** Shows `live` beside the text; undefined goes back to the text alone. */
  diff(live: string | undefined): void;
  focus(): void;
  /** Where the learner is in it, so that one editor can take the place of another. */
  place(): Place;
  restore(place: Place): void;
}

export interface Place {
  readonly focused: boolean;
  /** Offsets in the text. */
  readonly selection: readonly [from: number, to: number];
  readonly scrollTop: number;
  /** In the middle of a character of several keys, or shown beside another text. */
  readonly busy: boolean;
}

let yaml: MonacoYaml | undefined;

function setUp(): void {
  if (yaml) return;
  Object.assign(globalThis, { MonacoEnvironment: { getWorker: () => new EditorWorker() } });
  // monaco-yaml's worker manager speaks to an older Monaco: it gives module names where a worker is now expected.
  const compatible = {
    ...monaco,
    editor: {
      ...monaco.editor,
      createWebWorker: (options: { readonly createData?: unknown }) => {
        const worker = new YamlWorker();
        worker.postMessage('ignore');
        worker.postMessage(options.createData);
        return monaco.editor.createWebWorker({ worker });
      },
    },
  };
  yaml = configureMonacoYaml(compatible as never, {
    isKubernetes: true,
    yamlVersion: '1.1',
    format: { enable: false },
    hover: true,
    completion: true,
    validate: true,
    schemas: [],
  });
}

export function useSchema(schema: object): void {
  setUp();
  void yaml?.update({
    isKubernetes: true,
    yamlVersion: '1.1',
    format: { enable: false },
    schemas: [{ uri: 'inmemory://cluster/schema.json', fileMatch: ['**/*.yaml', '**/*.yml'], schema: schema as never }],
  });
}

/** Themes differ in the size of everything. */
const fontSize = (style: CSSStyleDeclaration): number => 13 * (parseFloat(style.fontSize) / 16 || 1);
const root = (): CSSStyleDeclaration => getComputedStyle(document.documentElement);

export function retheme(): void {
  const style = root();
  // Monaco wants six digits, and "#fff" has three.
  const get = (name: string): string =>
    style
      .getPropertyValue(name)
      .trim()
      .replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
  const bare = (name: string): string => get(name).replace('#', '').slice(0, 6);
  const dark = style.colorScheme.includes('dark');
  monaco.editor.defineTheme('tabernetes', {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: '', foreground: bare('--ink') },
      { token: 'type', foreground: bare('--syn-key') },
      { token: 'string', foreground: bare('--syn-str') },
      { token: 'number', foreground: bare('--syn-num') },
      { token: 'keyword', foreground: bare('--syn-num') },
      { token: 'comment', foreground: bare('--syn-com') },
      { token: 'operators', foreground: bare('--syn-punct') },
      { token: 'delimiter', foreground: bare('--syn-punct') },
    ],
    colors: {
      'editor.background': get('--well'),
      'editor.foreground': get('--ink'),
      'editorLineNumber.foreground': get('--ink-3'),
      'editorLineNumber.activeForeground': get('--ink'),
      'editorCursor.foreground': get('--you'),
      'editor.selectionBackground': get('--you-line'),
      'editor.lineHighlightBackground': get('--tint'),
      'editor.lineHighlightBorder': '#00000000',
      'editorIndentGuide.background1': get('--line'),
      'editorWidget.background': get('--raised'),
      'editorWidget.border': get('--line-2'),
      'editorSuggestWidget.background': get('--raised'),
      'editorSuggestWidget.selectedBackground': get('--you-wash'),
      'editorHoverWidget.background': get('--raised'),
      'editorHoverWidget.border': get('--line-2'),
      'editorError.foreground': get('--st-fail'),
      focusBorder: get('--you'),
      'scrollbarSlider.background': get('--tint-2'),
      'diffEditor.insertedTextBackground': `${get('--st-run').slice(0, 7)}26`,
      'diffEditor.removedTextBackground': `${get('--st-fail').slice(0, 7)}26`,
    },
  });
  monaco.editor.setTheme('tabernetes');
  for (const editor of monaco.editor.getEditors()) editor.updateOptions({ fontSize: fontSize(style) });
}

const OPTIONS: Monaco.editor.IEditorOptions & Monaco.editor.IGlobalEditorOptions = {
  automaticLayout: true,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  lineHeight: 20,
  tabSize: 2,
  fontLigatures: false,
  renderLineHighlight: 'line',
  overviewRulerLanes: 0,
  lineNumbersMinChars: 3,
  folding: true,
  padding: { top: 8 },
  quickSuggestions: { other: true, strings: true, comments: false },
  stickyScroll: { enabled: false },
  fixedOverflowWidgets: true,
  ariaLabel: 'Manifest. Ctrl+M, on a Mac Ctrl+Shift+M, lets Tab leave the editor.',
  guides: { indentation: true },
};

export function createEditor(element: HTMLElement): CodeEditor {
  setUp();
  retheme();
  const style = root();
  const box = element.appendChild(document.createElement('div'));
  const other = element.appendChild(document.createElement('div'));
  for (const one of [box, other]) one.style.cssText = 'position:absolute;inset:0';
  other.hidden = true;
  const options = { ...OPTIONS, fontFamily: style.getPropertyValue('--font-mono').trim(), fontSize: fontSize(style) };
  const editor = monaco.editor.create(box, { ...options, model: null });
  const notes = editor.createDecorationsCollection();
  const listeners = new Set<(text: string) => void>();
  const models = new Map<string, Monaco.editor.ITextModel>();
  let comparing: Monaco.editor.IStandaloneDiffEditor | undefined;
  let quiet = false;
  editor.onDidChangeModelContent(() => {
    const model = editor.getModel();
    if (!model || quiet) return;
    monaco.editor.setModelMarkers(model, 'cluster', []);
    for (const listener of listeners) listener(model.getValue());
  });
  return {
    open(path, text) {
      let model = models.get(path);
      if (!model) models.set(path, (model = monaco.editor.createModel(text, 'yaml', monaco.Uri.parse(`file:///home/learner/${path}`))));
      quiet = true;
      if (model.getValue() !== text) model.setValue(text);
      editor.setModel(model);
      quiet = false;
    },
    text: () => editor.getModel()?.getValue() ?? '',
    onEdit(listener) {
      listeners.add(listener);
    },
    problems(found) {
      const model = editor.getModel();
      if (!model) return;
      monaco.editor.setModelMarkers(
        model,
        'cluster',
        found.map(({ line, column, message }) => {
          const row = Math.min(Math.max(1, line), model.getLineCount());
          const begin = column > 1 ? column : model.getLineFirstNonWhitespaceColumn(row) || 1;
          return {
            severity: monaco.MarkerSeverity.Error,
            message,
            startLineNumber: row,
            startColumn: begin,
            endLineNumber: row,
            endColumn: model.getLineMaxColumn(row),
          };
        }),
      );
      if (found[0]) editor.revealLineInCenterIfOutsideViewport(found[0].line);
    },
    notes(list) {
      const model = editor.getModel();
      notes.set(
        model
          ? list
              .filter((note) => note.line <= model.getLineCount())
              .map((note) => ({
                range: new monaco.Range(note.line, 1, note.line, model.getLineMaxColumn(note.line)),
                options: {
                  isWholeLine: true,
                  className: 'editor-note-line',
                  after: { content: `  ! ${note.text}`, inlineClassName: 'editor-note' },
                },
              }))
          : [],
      );
    },
    reveal(line, column = 1) {
      editor.revealLineInCenter(line);
      editor.setPosition({ lineNumber: line, column });
      editor.focus();
    },
    diff(live) {
      comparing?.dispose();
      comparing = undefined;
      other.hidden = live === undefined;
      box.hidden = live !== undefined;
      if (live === undefined) return;
      comparing = monaco.editor.createDiffEditor(other, {
        ...options,
        readOnly: true,
        renderSideBySide: element.clientWidth > 900,
        originalEditable: false,
      });
      comparing.setModel({
        original: monaco.editor.createModel(live, 'yaml'),
        modified: monaco.editor.createModel(editor.getModel()?.getValue() ?? '', 'yaml'),
      });
    },
    focus() {
      editor.focus();
    },
    place() {
      const model = editor.getModel();
      const range = editor.getSelection();
      const offset = (line: number, column: number): number => model?.getOffsetAt({ lineNumber: line, column }) ?? 0;
      return {
        focused: editor.hasTextFocus(),
        selection: range ? [offset(range.startLineNumber, range.startColumn), offset(range.endLineNumber, range.endColumn)] : [0, 0],
        scrollTop: editor.getScrollTop(),
        busy: comparing !== undefined,
      };
    },
    restore({ focused, selection, scrollTop }) {
      const model = editor.getModel();
      if (!model) return;
      editor.setSelection(monaco.Range.fromPositions(model.getPositionAt(selection[0]), model.getPositionAt(selection[1])));
      editor.setScrollTop(scrollTop);
      if (focused) editor.focus();
    },
    [Symbol.dispose]() {
      comparing?.dispose();
      editor.dispose();
      for (const model of models.values()) model.dispose();
    },
  };
}
