/** The editor as a plain text field: before Monaco is there, and for who prefers it. */
import type { CodeEditor } from './monaco.ts';

export function createPlainEditor(element: HTMLElement): CodeEditor {
  const field = element.appendChild(document.createElement('textarea'));
  const said = element.appendChild(document.createElement('p'));
  field.spellcheck = false;
  field.wrap = 'off';
  field.setAttribute('aria-label', 'Manifest');
  field.style.cssText =
    'position:absolute;inset:0;width:100%;height:100%;resize:none;border:0;padding:8px 16px;background:var(--well);color:var(--ink);font:var(--text-sm)/20px var(--font-mono);tab-size:2';
  said.style.cssText = 'position:absolute;left:0;right:0;bottom:0;padding:8px 16px;background:var(--raised);color:var(--st-fail-text)';
  said.hidden = true;
  said.setAttribute('role', 'alert');
  let listener: ((text: string) => void) | undefined;
  let written = '';
  field.addEventListener('input', () => {
    said.hidden = true;
    listener?.(field.value);
  });
  const show = (line: number): void => {
    const start = field.value
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, one) => sum + one.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (field.value.split('\n')[line - 1]?.length ?? 0));
    field.scrollTop = Math.max(0, (line - 4) * 20);
  };
  return {
    open(_path, text) {
      field.value = text;
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
        field.value = live;
        field.readOnly = true;
      } else if (field.readOnly) {
        field.value = written;
        field.readOnly = false;
      }
    },
    focus() {
      field.focus();
    },
    [Symbol.dispose]() {
      field.remove();
      said.remove();
    },
  };
}
