/** What is the learner's alone: theme, selection, which panels are open and how wide. Kept in localStorage where the
 *  browser lets us, and in memory where it does not. */
import { create } from './zustand.ts';

export type Theme = 'system' | 'dark' | 'light' | 'projector' | 'contrast';
export type InspectorTab = 'why' | 'details' | 'events' | 'logs' | 'yaml';
export type Pane = 'board' | 'terminal' | 'editor' | 'lesson' | 'inspector';
export type BoardTab = 'nodes' | 'words' | 'timeline' | 'scheduler';

/** "pods" "default/web-1": one object of the API, by resource. */
export interface Selection {
  readonly resource: string;
  readonly key: string;
}

export interface Toast {
  readonly id: number;
  readonly icon: 'check' | 'plug' | 'branch' | 'speed' | 'warning';
  readonly title: string;
  readonly detail?: string;
  readonly action?: { readonly label: string; run(): void };
}

export interface UiState {
  readonly theme: Theme;
  readonly selection: Selection | undefined;
  readonly inspectorTab: InspectorTab;
  readonly boardTab: BoardTab;
  /** The pane in front where panes share a place: phones and narrow windows. */
  readonly pane: Pane;
  readonly namespace: string;
  readonly zoom: number | undefined;
  /** Keys of Pods that a hint points at. */
  readonly hinted: readonly string[];
  readonly columns: number;
  readonly rows: number;
  readonly lesson: string | undefined;
  readonly plainEditor: boolean;
  readonly letterKeys: boolean;
  readonly firstMinuteDone: boolean;
  readonly toast: Toast | undefined;
  /** History runs at full speed to a moment or a condition. */
  readonly running: boolean;
  /** The sheet of keys is open. */
  readonly help: boolean;
  readonly set: (change: Partial<Omit<UiState, 'set'>>) => void;
  readonly select: (selection: Selection | undefined) => void;
  readonly notify: (toast: Omit<Toast, 'id'>) => void;
}

const KEPT = [
  'inspectorTab',
  'boardTab',
  'namespace',
  'columns',
  'rows',
  'lesson',
  'plainEditor',
  'letterKeys',
  'firstMinuteDone',
  'selection',
] as const;
const PLACE = 'tabernetes.page';
let toastId = 0;

export const DEFAULTS = { columns: 0.643, rows: 0.585 };

export const useUi = create<UiState>()((set) => ({
  theme: readTheme(),
  selection: undefined,
  inspectorTab: 'why',
  boardTab: 'nodes',
  pane: 'board',
  namespace: '',
  zoom: undefined,
  hinted: [],
  ...DEFAULTS,
  lesson: undefined,
  plainEditor: false,
  letterKeys: true,
  firstMinuteDone: false,
  toast: undefined,
  running: false,
  help: false,
  ...readKept(),
  set: (change) => set(change),
  select: (selection) => set(selection ? { selection } : { selection: undefined }),
  notify: (toast) => set({ toast: { ...toast, id: ++toastId } }),
}));

useUi.subscribe((state, before) => {
  if (state.theme !== before.theme) applyTheme(state.theme);
  if (KEPT.every((name) => state[name] === before[name])) return;
  write(PLACE, JSON.stringify(Object.fromEntries(KEPT.map((name) => [name, state[name]]))));
});

function readKept(): Partial<UiState> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PLACE) ?? '{}');
    return typeof kept === 'object' && kept !== null
      ? Object.fromEntries(Object.entries(kept).filter(([name]) => (KEPT as readonly string[]).includes(name)))
      : {};
  } catch {
    return {};
  }
}

function readTheme(): Theme {
  try {
    return (localStorage.getItem('tabernetes.theme') as Theme | null) ?? 'system';
  } catch {
    return 'system';
  }
}

function applyTheme(theme: Theme): void {
  write('tabernetes.theme', theme);
  document.documentElement.dataset['theme'] = resolveTheme(theme);
}

export function resolveTheme(theme: Theme): Exclude<Theme, 'system'> {
  if (theme !== 'system') return theme;
  if (matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

function write(place: string, text: string): void {
  try {
    localStorage.setItem(place, text);
  } catch {
    // Storage is blocked: the saved-journal banner says so once for everything.
  }
}
