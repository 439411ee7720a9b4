/** The live object as YAML, without the fields that only machines read. */
import { useEffect, useState } from 'react';
import { useCluster, usePage } from '../page.tsx';
import { useSubject } from './subject.ts';
import { useUi } from '../ui-state.ts';
import { FileCode } from '../icons.ts';
import css from './inspector.module.css';

const KINDS: Readonly<Record<string, readonly [string, string]>> = {
  pods: ['v1', 'Pod'],
  nodes: ['v1', 'Node'],
  deployments: ['apps/v1', 'Deployment'],
  replicasets: ['apps/v1', 'ReplicaSet'],
  services: ['v1', 'Service'],
};

export function YamlView() {
  const page = usePage();
  const subject = useSubject();
  const snapshot = useCluster();
  const [text, setText] = useState('');
  useEffect(() => {
    let live = true;
    if (!subject) return undefined;
    void import('../editor/manifest.ts').then(({ objectYaml }) => {
      const [apiVersion, kind] = KINDS[subject.selection.resource] ?? ['', ''];
      if (live) setText(objectYaml({ apiVersion, kind, ...subject.object }));
    });
    return () => {
      live = false;
    };
  }, [subject, snapshot.count]);
  if (!subject)
    return (
      <div className={css['empty']}>
        <h2>Nothing selected</h2>
        <p>Select an object to read it as the API keeps it.</p>
      </div>
    );
  const name = `${subject.object.metadata?.name}.yaml`;
  return (
    <div className={css['yaml']}>
      <div className={css['logBar']}>
        <button
          className="button small"
          onClick={() =>
            void import('../editor/manifest.ts').then(async ({ editableYaml }) => {
              const [apiVersion, kind] = KINDS[subject.selection.resource] ?? ['', ''];
              await page.sandbox.files.write(name, editableYaml({ apiVersion, kind, ...subject.object }));
              page.editor.open(name);
              useUi.getState().set({ pane: 'editor' });
            })
          }
        >
          <FileCode size={14} /> Edit a copy as {name}
        </button>
      </div>
      <pre tabIndex={0} aria-label="Live object">
        {text}
      </pre>
    </div>
  );
}
