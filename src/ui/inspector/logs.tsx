/** What the selected Pod's container printed, followed live. */
import { useEffect, useRef, useState } from 'react';
import type { Pod } from '../../api/generated/types.ts';
import { usePage } from '../page.tsx';
import { statusMessage } from '../watch-loop.ts';
import type { Inspected } from './subject.ts';
import css from './inspector.module.css';

const KEEP = 60_000;

export function Logs({ subject }: { readonly subject: Inspected | undefined }) {
  const { sandbox } = usePage();
  const [previous, setPrevious] = useState(false);
  const [container, setContainer] = useState<string | undefined>(undefined);
  const [text, setText] = useState('');
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const box = useRef<HTMLPreElement>(null);
  const pod = subject?.pod;
  const containers = ((subject?.object as Pod | undefined)?.spec?.containers ?? []).map((one) => one.name);
  const chosen = container !== undefined && containers.includes(container) ? container : containers[0];
  // A restart begins a new log.
  const life = `${pod?.key} ${pod?.restarts} ${pod?.state === 'waiting'}`;

  useEffect(() => {
    setText('');
    setTrouble(undefined);
    if (!pod || chosen === undefined) return undefined;
    const abort = new AbortController();
    void follow(abort.signal);
    return () => abort.abort();

    async function follow(signal: AbortSignal): Promise<void> {
      const path = `/api/v1/namespaces/${pod!.namespace}/pods/${pod!.name}/log`;
      const query: [string, string][] = [
        ['container', chosen!],
        ['tailLines', '500'],
        ...(previous ? [['previous', 'true'] as [string, string]] : [['follow', 'true'] as [string, string]]),
      ];
      const decoder = new TextDecoder();
      try {
        const connection = await sandbox.api.connect({ method: 'GET', path, query }, signal);
        signal.addEventListener('abort', () => connection.close(), { once: true });
        for await (const frame of connection.frames) {
          if (signal.aborted) return;
          if (frame.type === 'bytes') {
            const more = decoder.decode(frame.bytes, { stream: true });
            setText((old) => (old + more).slice(-KEEP));
          } else if (frame.type === 'status' && frame.status.status === 'Failure') setTrouble(statusMessage(frame.status));
        }
      } catch (error) {
        if (!signal.aborted) setTrouble(error instanceof Error ? error.message : statusMessage(error));
      }
    }
  }, [sandbox, life, chosen, previous]);

  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  if (!pod)
    return (
      <div className={css['empty']}>
        <h2>Logs belong to containers</h2>
        <p>Select a Pod to follow what its containers print.</p>
      </div>
    );
  return (
    <div className={css['logs']}>
      <div className={css['logBar']}>
        {containers.length > 1 ? (
          <select aria-label="Container" value={chosen} onChange={(event) => setContainer(event.target.value)}>
            {containers.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        ) : null}
        <label>
          <input type="checkbox" checked={previous} onChange={(event) => setPrevious(event.target.checked)} /> the container before the
          restart
        </label>
      </div>
      {trouble === undefined ? null : <p className={css['plain']}>{trouble}</p>}
      <pre ref={box} tabIndex={0} aria-label="Log">
        {text === '' && trouble === undefined ? 'Nothing printed yet.' : text}
      </pre>
    </div>
  );
}
