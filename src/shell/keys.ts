/** What a terminal sends, as keys: printable text, named keys ("C-a", "M-b", "up"), pasted blocks. */

export type Key =
  | { readonly type: 'text'; readonly text: string; readonly raw: string }
  | { readonly type: 'paste'; readonly text: string; readonly raw: string }
  | { readonly type: 'key'; readonly name: string; readonly raw: string };

const SEQUENCES: Readonly<Record<string, string>> = {
  '\x1b[A': 'up', '\x1b[B': 'down', '\x1b[C': 'right', '\x1b[D': 'left', '\x1bOA': 'up', '\x1bOB': 'down', '\x1bOC': 'right', '\x1bOD': 'left',
  '\x1b[H': 'home', '\x1b[F': 'end', '\x1bOH': 'home', '\x1bOF': 'end', '\x1b[1~': 'home', '\x1b[4~': 'end', '\x1b[3~': 'delete',
  '\x1b[1;5C': 'M-f', '\x1b[1;5D': 'M-b', '\x1b[1;3C': 'M-f', '\x1b[1;3D': 'M-b', '\x1b\x7f': 'M-backspace',
  '\x1bb': 'M-b', '\x1bf': 'M-f', '\x1bd': 'M-d',
};

const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter', '\n': 'enter', '\t': 'tab', '\x7f': 'backspace', '\b': 'backspace',
  '\x01': 'home', '\x02': 'left', '\x03': 'C-c', '\x04': 'C-d', '\x05': 'end', '\x06': 'right', '\x07': 'C-g', '\x0b': 'C-k', '\x0c': 'C-l', '\x0e': 'down',
  '\x10': 'up', '\x12': 'C-r', '\x14': 'C-t', '\x15': 'C-u', '\x17': 'C-w', '\x19': 'C-y',
};

const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** Unknown sequences are swallowed, so that they never reach the line. */
export function decodeKeys(data: string): readonly Key[] {
  const keys: Key[] = [];
  let at = 0;
  while (at < data.length) {
    const rest = data.slice(at);
    if (rest.startsWith(PASTE_BEGIN)) {
      const end = rest.indexOf(PASTE_END);
      const text = rest.slice(PASTE_BEGIN.length, end < 0 ? undefined : end);
      const raw = end < 0 ? rest : rest.slice(0, end + PASTE_END.length);
      keys.push({ type: 'paste', text, raw });
      at += raw.length;
    } else if (rest.startsWith('\x1b')) {
      const known = Object.keys(SEQUENCES).find((sequence) => rest.startsWith(sequence));
      const raw = known ?? /^\x1b(?:\[[0-9;?]*[A-Za-z~]|O.|.)?/s.exec(rest)?.[0] ?? '\x1b';
      const name = known ? SEQUENCES[known] : raw === '\x1b' ? 'escape' : undefined;
      if (name) keys.push({ type: 'key', name, raw });
      at += raw.length;
    } else {
      const control = CONTROLS[rest[0] ?? ''];
      if (control) keys.push({ type: 'key', name: control, raw: rest[0] ?? '' });
      else if ((rest.charCodeAt(0)) >= 32) keys.push({ type: 'text', text: rest[0] ?? '', raw: rest[0] ?? '' });
      at += 1;
    }
  }
  return keys;
}
