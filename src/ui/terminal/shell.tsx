/** One terminal over one shell session. Sessions have names, so that after a reload the same one is found again with
 *  everything that it printed. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useCluster, usePage } from '../page.tsx';
import { promptShown } from '../moments.ts';
import { useUi } from '../ui-state.ts';
import type { Session } from '../../sandbox/sandbox.ts';
import { colourStates } from './colour.ts';
import type { TerminalView } from './xterm.ts';
import css from './terminal.module.css';

const xterm = import('./xterm.ts');
const TEXT_ONLY = new URLSearchParams(location.search).get('text') === '1';

export function Shell({
  name,
  front,
  onReady,
}: {
  readonly name: string;
  readonly front: boolean;
  readonly onReady: (write: (data: string) => void) => void;
}) {
  const page = usePage();
  const snapshot = useCluster();
  const selection = useUi((state) => state.selection);
  const theme = useTheme();
  const element = useRef<HTMLDivElement>(null);
  const view = useRef<TerminalView | undefined>(undefined);
  const session = useRef<Session | undefined>(undefined);
  const [opened, setOpened] = useState(false);
  const ready = useRef(onReady);
  ready.current = onReady;

  useEffect(() => {
    let live = true;
    const held: Disposable[] = [];
    void (async () => {
      const { openTerminal } = await xterm;
      await document.fonts.ready;
      if (!live || !element.current) return;
      const terminal = openTerminal(element.current, TEXT_ONLY);
      view.current = terminal;
      terminal.fit();
      const shell = await page.sandbox.shell({ name, columns: terminal.columns, rows: terminal.rows });
      if (!live) {
        terminal[Symbol.dispose]();
        return;
      }
      session.current = shell;
      terminal.onInput((data) => shell.write(data));
      terminal.onResize((columns, rows) => shell.resize(columns, rows));
      let printed = false;
      held.push(
        shell.onOutput((data) => {
          terminal.write(colourStates(data));
          if (!printed) promptShown.tell();
          printed = true;
        }),
      );
      held.push(shell.onCommand((command) => page.trace.addCommand(command)));
      held.push(
        shell.onEdit(async (request) => {
          const { editInPane } = await import('../editor/edit-request.ts');
          return editInPane(page, request);
        }),
      );
      const watcher = new ResizeObserver(() => terminal.fit());
      watcher.observe(element.current);
      held.push({ [Symbol.dispose]: () => watcher.disconnect() }, terminal);
      setOpened(true);
      ready.current((data) => shell.write(data));
      if (matchMedia('(pointer: fine)').matches) terminal.focus();
    })();
    return () => {
      live = false;
      for (const one of held) one[Symbol.dispose]();
      view.current = undefined;
    };
  }, [page, name]);

  useEffect(() => {
    if (!front) return undefined;
    view.current?.fit();
    const write = (data: string): void => session.current?.write(data);
    ready.current(write);
    return page.terminal.attach({ type: write, focus: () => view.current?.focus() });
  }, [page, front]);

  const names = useMemo(() => {
    const names = new Map<string, () => void>();
    const add = (resource: string, key: string, word: string): void => {
      names.set(word, () => useUi.getState().select({ resource, key }));
    };
    for (const one of snapshot.objects.deployments)
      add('deployments', `${one.metadata?.namespace}/${one.metadata?.name}`, one.metadata?.name ?? '');
    for (const one of snapshot.objects.replicasets)
      add('replicasets', `${one.metadata?.namespace}/${one.metadata?.name}`, one.metadata?.name ?? '');
    for (const one of snapshot.nodes) add('nodes', one.name, one.name);
    for (const one of snapshot.pods) add('pods', one.key, one.name);
    return names;
  }, [snapshot]);
  const chosen = selection?.key.split('/').at(-1);
  useEffect(() => {
    view.current?.setNames(names);
  }, [names, opened]);
  useEffect(() => {
    view.current?.mark(chosen);
  }, [chosen, opened]);
  useEffect(() => {
    view.current?.retheme();
  }, [theme]);
  return <div className={css['xterm']} ref={element} data-terminal={name} />;
}

function useTheme(): string {
  return useSyncExternalStore(
    (listener) => {
      const watcher = new MutationObserver(listener);
      watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
      return () => watcher.disconnect();
    },
    () => document.documentElement.dataset['theme'] ?? 'dark',
  );
}
