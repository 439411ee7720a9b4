/** The YAML files of the learner's home, as the shell sees them. Edits are written half a second after the last key. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { LearnerFiles } from '../../sandbox/sandbox.ts';

const WRITE_AFTER_MS = 500;
const SIZE_LIMIT = 1_000_000;

export interface Files {
  readonly texts: ReadonlyMap<string, string>;
  readonly loaded: boolean;
  /** Counts changes that did not come from here: the shell wrote a file. */
  readonly outside: number;
  readonly edit: (path: string, text: string) => void;
  create(path: string, text: string): Promise<void>;
  flush(): Promise<void>;
}

export function useFiles(files: LearnerFiles): Files {
  const [state, setState] = useState<{ readonly texts: ReadonlyMap<string, string>; readonly loaded: boolean; readonly outside: number }>({
    texts: new Map(),
    loaded: false,
    outside: 0,
  });
  const unsaved = useRef(new Map<string, string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    let live = true;
    const read = async (): Promise<void> => {
      const list = await files.list();
      const wanted = list.filter((one) => !one.directory && /\.ya?ml$/.test(one.path) && !one.path.includes('/') && one.size < SIZE_LIMIT);
      const texts = new Map(
        await Promise.all(wanted.map(async (one) => [one.path, unsaved.current.get(one.path) ?? (await files.read(one.path))] as const)),
      );
      if (!live) return;
      setState((old) => {
        const same = old.loaded && texts.size === old.texts.size && [...texts].every(([path, text]) => old.texts.get(path) === text);
        return same ? old : { texts, loaded: true, outside: old.outside + 1 };
      });
    };
    const quiet = (): void => {
      void read().catch(() => undefined);
    };
    quiet();
    const watching = files.onChange(quiet);
    return () => {
      live = false;
      watching[Symbol.dispose]();
    };
  }, [files]);

  const flush = useCallback(async () => {
    clearTimeout(timer.current);
    const all = [...unsaved.current];
    unsaved.current.clear();
    for (const [path, text] of all) await files.write(path, text);
  }, [files]);
  const edit = useCallback(
    (path: string, text: string) => {
      unsaved.current.set(path, text);
      setState((old) => ({ ...old, texts: new Map(old.texts).set(path, text) }));
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void flush().catch(() => undefined), WRITE_AFTER_MS);
    },
    [flush],
  );
  const create = useCallback(
    async (path: string, text: string) => {
      await files.write(path, text);
      setState((old) => ({ texts: new Map(old.texts).set(path, text), loaded: true, outside: old.outside + 1 }));
    },
    [files],
  );
  useEffect(
    () => () => {
      void flush().catch(() => undefined);
    },
    [flush],
  );
  return { ...state, edit, create, flush };
}
