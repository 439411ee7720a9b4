/** The editor as a plain text field: before Monaco is there, and for who prefers it. */
import type { CodeEditor } from './monaco.ts';

/** Where Monaco puts the same, in pixels, so that nothing moves when it takes the place of this. */
const TOP = 8;
const LINE = 20;
const NUMBERS = 23;
const LEFT = 49;
const FONT = 'var(--text-sm)/20px var(--font-mono)';

export function createPlainEditor(element: HTMLElement): CodeEditor {
  const box = element.appendChild(document.createElement('div'));
  const numbers = box.appendChild(document.createElement('div'));
  const field = box.appendChild(document.createElement('textarea'));
  const said = box.appendChild(document.createElement('p'));
  // In front of the editor that takes its place, while that is made.
  box.style.cssText = 'position:absolute;inset:0;z-index:1;background:var(--well)';
  numbers.setAttribute('aria-hidden', 'true');
  numbers.style.cssText =
    `position:absolute;inset:0 auto 0 0;width:${NUMBERS}px;overflow:hidden;padding-top:${TOP}px;` +
    `white-space:pre;text-align:right;color:var(--ink-3);font:${FONT}`;
  field.spellcheck = false;
  field.wrap = 'off';
  field.setAttribute('aria-label', 'Manifest');
  field.style.cssText =
    `position:absolute;inset:0 0 0 ${LEFT}px;width:calc(100% - ${LEFT}px);height:100%;resize:none;border:0;` +
    `padding:${TOP}px 0;background:none;color:var(--ink);outline-offset:-2px;font:${FONT};tab-size:2`;
  said.style.cssText = 'position:absolute;left:0;right:0;bottom:0;padding:8px 16px;background:var(--raised);color:var(--st-fail-text)';
  said.hidden = true;
  said.setAttribute('role', 'alert');
  let listener: ((text: string) => void) | undefined;
  let written = '';
  let lines = 0;
  let composing = false;
  const number = (): void => {
    const count = field.value.split('\n').length;
    if (count !== lines) numbers.textContent = Array.from({ length: (lines = count) }, (_, at) => at + 1).join('\n');
    numbers.scrollTop = field.scrollTop;
  };
  const put = (text: string): void => {
    if (field.value !== text) field.value = text;
    number();
  };
  field.addEventListener('scroll', number);
  field.addEventListener('compositionstart', () => (composing = true));
  field.addEventListener('compositionend', () => (composing = false));
  field.addEventListener('input', () => {
    said.hidden = true;
    number();
    listener?.(field.value);
  });
  const show = (line: number): void => {
    const start = field.value
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, one) => sum + one.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (field.value.split('\n')[line - 1]?.length ?? 0));
    field.scrollTop = Math.max(0, (line - 4) * LINE);
  };
  return {
    open(_path, text) {
      put(text);
      said.hidden = true;
    },
    text: () => field.value,
    onEdit(next) {
      listener = next;
    },
    problems(found) {
      said.hidden = found.length === 0;
      said.textContent = found.map((one) => `Line ${one.line}, column ${one.column}: ${one.message}`).join('\n');
      if (found[0]) show(found[0].line);
    },
    notes() {
      /* The board and the Why panel say the same. */
    },
    reveal: show,
    diff(live) {
      if (live !== undefined) {
        written = field.value;
        put(live);
        field.readOnly = true;
      } else if (field.readOnly) {
        put(written);
        field.readOnly = false;
      }
    },
    focus() {
      field.focus();
    },
    place: () => ({
      focused: document.activeElement === field,
      selection: [field.selectionStart, field.selectionEnd],
      scrollTop: field.scrollTop,
      busy: composing || field.readOnly,
    }),
    restore({ focused, selection, scrollTop }) {
      field.setSelectionRange(...selection);
      field.scrollTop = scrollTop;
      if (focused) field.focus();
    },
    [Symbol.dispose]() {
      box.remove();
    },
  };
}
