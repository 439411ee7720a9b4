/** The one place that knows xterm: a terminal with the tokens' colours, fitted to its box, whose object names are links. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { IDecoration, ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

export interface TerminalView extends Disposable {
  write(data: string): void;
  onInput(listener: (data: string) => void): void;
  onResize(listener: (columns: number, rows: number) => void): void;
  /** The names that are links, and what a press on one does. */
  setNames(names: ReadonlyMap<string, () => void>): void;
  /** Washes the rows that begin with this name. */
  mark(name: string | undefined): void;
  focus(): void;
  fit(): void;
  retheme(): void;
  readonly columns: number;
  readonly rows: number;
}

const SCROLLBACK = 5_000;
/** Pages of the world; an address inside the cluster is no page that a browser could open. */
const URLS = /https:\/\/[a-z0-9.-]+\.[a-z]{2,}[^\s'"<>)]*[^\s'"<>),.;]/gi;
const WORD = /[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/g;

export function openTerminal(element: HTMLElement, screenReader: boolean): TerminalView {
  const terminal = new Terminal({
    theme: readTheme(),
    fontFamily: token('--font-mono'),
    fontSize: fontSize(),
    lineHeight: 1.22,
    cursorBlink: false,
    cursorStyle: 'block',
    scrollback: SCROLLBACK,
    allowProposedApi: true,
    drawBoldTextInBrightColors: false,
    macOptionIsMeta: true,
    screenReaderMode: screenReader,
    minimumContrastRatio: 4.5,
  });
  const fitter = new FitAddon();
  terminal.loadAddon(fitter);
  terminal.open(element);
  terminal.textarea?.setAttribute('aria-label', 'Terminal input. F6 leaves the terminal.');
  terminal.attachCustomKeyEventHandler((event) => isTerminals(terminal, event));
  let names: ReadonlyMap<string, () => void> = new Map();
  let marked: string | undefined;
  let decorations: IDecoration[] = [];
  const links = terminal.registerLinkProvider({
    provideLinks(row, give) {
      const text = terminal.buffer.active.getLine(row - 1)?.translateToString(true) ?? '';
      const found = [...text.matchAll(WORD)].flatMap((match) => {
        const run = names.get(match[0]) ?? names.get(match[0].split('/').at(-1)!);
        return run
          ? [
              {
                text: match[0],
                range: { start: { x: match.index + 1, y: row }, end: { x: match.index + match[0].length, y: row } },
                activate: run,
              },
            ]
          : [];
      });
      const pages = [...text.matchAll(URLS)].map((match) => ({
        text: match[0],
        range: { start: { x: match.index + 1, y: row }, end: { x: match.index + match[0].length, y: row } },
        activate: () => void open(match[0], '_blank', 'noopener'),
      }));
      give(found.length + pages.length > 0 ? [...pages, ...found] : undefined);
    },
  });
  const remark = (): void => {
    for (const one of decorations) one.dispose();
    decorations = [];
    if (marked === undefined) return;
    const buffer = terminal.buffer.active;
    const bottom = buffer.baseY + buffer.cursorY;
    for (let row = Math.max(0, bottom - 200); row < bottom; row++) {
      const text = buffer.getLine(row)?.translateToString(true) ?? '';
      if (!text.split(/\s+/, 2).some((word) => word === marked || word.endsWith(`/${marked}`))) continue;
      const marker = terminal.registerMarker(row - bottom);
      const decoration = terminal.registerDecoration({ marker, width: terminal.cols, layer: 'bottom' });
      decoration?.onRender((cell) => {
        cell.className = 'terminal-row-chosen';
      });
      if (decoration) decorations.push(decoration);
    }
  };
  void loadWebgl(terminal);
  return {
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    write(data) {
      terminal.write(data, marked === undefined ? undefined : remark);
    },
    onInput(listener) {
      terminal.onData(listener);
    },
    onResize(listener) {
      // A resize is an input of history: only the size that stays is told.
      let timer: ReturnType<typeof setTimeout> | undefined;
      terminal.onResize(({ cols, rows }) => {
        clearTimeout(timer);
        timer = setTimeout(() => listener(cols, rows), 250);
      });
    },
    setNames(next) {
      names = next;
    },
    mark(name) {
      marked = name;
      remark();
    },
    focus() {
      terminal.focus();
    },
    fit() {
      if (element.clientWidth > 40 && element.clientHeight > 20) fitter.fit();
    },
    retheme() {
      terminal.options.theme = readTheme();
      terminal.options.fontSize = fontSize();
      fitter.fit();
    },
    [Symbol.dispose]() {
      links.dispose();
      terminal.dispose();
    },
  };
}

/** Whether a key is the terminal's. F6 is the page's; Ctrl+C copies where something is selected and Ctrl+V pastes, as in a
 *  browser; else they are Ctrl+C and Ctrl+V of a terminal. With Shift they always copy and paste. */
function isTerminals(terminal: Terminal, event: KeyboardEvent): boolean {
  if (event.key === 'F6') return false;
  if (event.type !== 'keydown' || !event.ctrlKey || event.altKey || event.metaKey) return true;
  const key = event.key.toLowerCase();
  if (key === 'v') return false;
  if (key !== 'c' || !(event.shiftKey || terminal.hasSelection())) return true;
  event.preventDefault();
  if (terminal.hasSelection()) void copy(terminal.getSelection());
  terminal.clearSelection();
  return false;
}

/** Where the browser gives no clipboard, its own menu copies still. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Refused: nothing is copied, and the terminal goes on.
  }
}

/** Faster painting where there is a graphics card; without one the document's own elements do. */
async function loadWebgl(terminal: Terminal): Promise<void> {
  // On coarse screens it rounds the width of a letter to whole pixels, and text looks squeezed.
  if (devicePixelRatio < 2) return;
  const probe = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!probe) return;
  probe.getExtension('WEBGL_lose_context')?.loseContext();
  const { WebglAddon } = await import('@xterm/addon-webgl');
  const addon = new WebglAddon();
  addon.onContextLoss(() => addon.dispose());
  try {
    terminal.loadAddon(addon);
  } catch {
    addon.dispose();
  }
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const fontSize = (): number => 13 * (parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1);

function readTheme(): ITheme {
  const ink = token('--ink');
  const names = {
    background: '--well',
    foreground: '--ink-2',
    cursor: '--you',
    cursorAccent: '--ink-on-you',
    black: '--ink-3',
    red: '--st-fail-text',
    green: '--st-run-text',
    yellow: '--st-wait-text',
    blue: '--st-done-text',
    magenta: '--you',
    cyan: '--syn-key',
    white: '--ink',
    brightBlack: '--ink-3',
    brightRed: '--st-fail-text',
    brightGreen: '--st-run-text',
    brightYellow: '--st-wait-text',
    brightBlue: '--st-done-text',
    brightMagenta: '--you',
    brightCyan: '--syn-key',
    brightWhite: '--ink',
  };
  const theme = Object.fromEntries(Object.entries(names).map(([name, value]) => [name, token(value) || ink]));
  return { ...theme, selectionBackground: token('--you-line') };
}
