/** Lesson prose from its tree; commands are chips that type. */
import type { Block, Inline } from '../../lesson/text.ts';
import { CornerDownLeft } from '../icons.ts';
import { usePage } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import css from './lesson.module.css';

export function Prose({ blocks }: { readonly blocks: readonly Block[] }) {
  const page = usePage();
  return (
    <div className={css['prose']}>
      {blocks.map((block, at) => {
        switch (block.type) {
          case 'paragraph':
            return (
              <p key={at}>
                <Inlines inlines={block.inlines} />
              </p>
            );
          case 'heading':
            return <h4 key={at}>{block.text}</h4>;
          case 'list':
            return (
              <ul key={at}>
                {block.items.map((item, one) => (
                  <li key={one}>
                    <Inlines inlines={item} />
                  </li>
                ))}
              </ul>
            );
          case 'code':
            return <pre key={at}>{block.text}</pre>;
          case 'commands':
            return (
              <div key={at} className={css['commands']}>
                {block.lines.map((line) => (
                  <button
                    key={line}
                    className="chip"
                    title="Types it; you press Enter"
                    onClick={() => {
                      useUi.getState().set({ pane: 'terminal' });
                      page.terminal.type(line);
                    }}
                  >
                    <CornerDownLeft size={14} aria-hidden />
                    {line}
                  </button>
                ))}
              </div>
            );
        }
      })}
    </div>
  );
}

function Inlines({ inlines }: { readonly inlines: readonly Inline[] }) {
  return inlines.map((one, at) =>
    one.type === 'code' ? (
      <code key={at}>{one.text}</code>
    ) : one.type === 'strong' ? (
      <strong key={at}>{one.text}</strong>
    ) : (
      <span key={at}>{one.text}</span>
    ),
  );
}
