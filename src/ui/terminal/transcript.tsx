/** The same session for eyes and ears that a grid of characters does not serve: commands as headings, kubectl's tables as
 *  tables. */
import { useState } from 'react';
import { moment } from '../model/age.ts';
import { useCommands, usePage } from '../page.tsx';
import { asTable } from './table.ts';
import css from './terminal.module.css';

export function Transcript() {
  const page = usePage();
  const commands = useCommands();
  const [line, setLine] = useState('');
  return (
    <div className={css['transcript']}>
      <div role="log" aria-label="Transcript" tabIndex={0} className={css['log']}>
        {commands.length === 0 ? <p className="quiet">Commands and their answers appear here, with tables as tables.</p> : null}
        {commands.map((command, at) => (
          <article key={at}>
            <h3>
              <span aria-hidden className={css['prompt']}>
                $
              </span>{' '}
              <code>{command.command}</code> <time className="quiet">{moment(command.startedAtMicros)}</time>
            </h3>
            <Output text={command.stdout} />
            {command.stderr === '' ? null : <pre className={css['stderr']}>{command.stderr}</pre>}
            {command.exitCode === 0 ? null : <p className="quiet">exit code {command.exitCode}</p>}
          </article>
        ))}
      </div>
      <form
        className={css['line']}
        onSubmit={(event) => {
          event.preventDefault();
          if (line.trim() !== '') page.terminal.type(`${line}\r`);
          setLine('');
        }}
      >
        <label htmlFor="transcript-line" className={css['prompt']}>
          $<span className="hidden-visually"> command</span>
        </label>
        <input
          id="transcript-line"
          className="mono"
          value={line}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => setLine(event.target.value)}
        />
      </form>
    </div>
  );
}

const LIMIT = 20_000;

function Output({ text }: { readonly text: string }) {
  if (text === '') return null;
  const table = asTable(text);
  if (!table) return <pre>{text.length > LIMIT ? `${text.slice(0, LIMIT)}\n[${text.length - LIMIT} more characters]` : text}</pre>;
  return (
    <table>
      <thead>
        <tr>
          {table.head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map((row, at) => (
          <tr key={at}>
            {row.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
