/** Every key of the page on one sheet. */
import { Dialog } from '../menu.tsx';
import css from './frame.module.css';

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const KEYS: readonly (readonly [group: string, rows: readonly (readonly [keys: string, does: string])[]])[] = [
  [
    'Anywhere',
    [
      ['F6', 'to the next pane; Shift F6 to the one before. The way out of the terminal, where Tab completes'],
      ['Esc', 'closes what is open, then lets go of the selection'],
      ['Tab', 'to the next control'],
    ],
  ],
  [
    'While you do not type',
    [
      ['Space', 'play or pause'],
      ['[  ]', 'step back; step to the next event'],
      [',  .', 'one second back; one second on'],
      ['L', 'back to live'],
      ['W', 'the cluster in words, as a table'],
      ['?', 'this sheet'],
    ],
  ],
  [
    'Board and tables',
    [
      ['Arrows', 'to the next Pod or node'],
      ['Enter', 'selects it: the panel beside says why it is as it is'],
      ['Z', 'holds the lens where Pods are small'],
    ],
  ],
  [
    'Terminal',
    [
      ['Tab', 'completes commands, flags and names; twice: lists them'],
      ['↑ ↓', 'earlier commands; Ctrl R searches them'],
      ['Ctrl C', 'stops the command; with a selection: copies it'],
      ['Ctrl D', 'ends the input, or the shell'],
    ],
  ],
  [
    'Editor',
    [
      [MAC ? '⌘ ↵' : 'Ctrl ↵', 'applies the file'],
      ['Ctrl Space', 'completes'],
      [MAC ? 'Ctrl Shift M' : 'Ctrl M', 'lets Tab leave the editor'],
      ['F8', 'to the next mistake'],
    ],
  ],
];

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog open title="Keys" onClose={onClose}>
      <div className={css['help']}>
        {KEYS.map(([group, rows]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {rows.map(([keys, does]) => (
                <div key={keys}>
                  <dt>
                    <kbd className="key">{keys}</kbd>
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="quiet">
        Single letters can be switched off: More, One-letter keys. This is a simulator of Kubernetes, not affiliated with the Kubernetes
        project.
      </p>
    </Dialog>
  );
}
