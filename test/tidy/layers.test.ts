/** The layers of ARCHITECTURE.md as a table: a folder may import itself and what stands beside it. A package from npm is
 *  imported in exactly one file of ours. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from './files.ts';

const ALL = ['base', 'sim', 'api', 'etcd', 'apiserver', 'client', 'controllers', 'scheduler', 'cri', 'sh', 'images', 'network', 'storage', 'kubelet', 'addons', 'kubectl', 'shell', 'sandbox', 'transport'];

export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  sim: ['base'],
  api: ['base'],
  etcd: ['base'],
  transport: ['base', 'sim', 'api'],
  apiserver: ['base', 'api', 'etcd', 'cri'],
  client: ['base', 'api'],
  controllers: ['base', 'api', 'client'],
  scheduler: ['base', 'api', 'client'],
  cri: ['base'],
  sh: ['base', 'cri'],
  images: ['base', 'cri', 'sh', 'network'],
  network: ['base', 'api', 'client', 'cri', 'transport'],
  storage: ['base', 'api', 'client', 'cri'],
  kubelet: ['base', 'api', 'client', 'cri', 'network', 'storage'],
  addons: ['base', 'api', 'client', 'cri', 'network', 'scheduler'],
  kubectl: ['base', 'api', 'client', 'cri'],
  shell: ['base', 'sim', 'api', 'client', 'cri', 'sh', 'network', 'kubectl', 'transport'],
  sandbox: ['base', 'sim', 'api', 'client', 'transport'],
  cluster: ALL,
  lesson: ['base', 'api', 'client', 'sandbox'],
  wire: ['base', 'api'],
  ui: ['base', 'api', 'client', 'transport', 'lesson', 'sandbox', 'sim', 'scheduler'],
  embed: ['base', 'sandbox', 'lesson'],
  cli: [...ALL, 'cluster', 'lesson', 'wire'],
};

/** Packages whose several entry points are one library to us, or that every file of a folder speaks by nature. */
const EVERYWHERE = new Set(['react', 'react/jsx-runtime', 'react-dom', 'lucide-react']);

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** Only types: they leave nothing behind at run time, so a contract may be named from anywhere above it. */
const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');

describe('layers', () => {
  const files = sourceFiles('src');
  it.each(Object.keys(LAYERS))('src/%s imports only what stands below it', (layer) => {
    const allowed = new Set([layer, ...(LAYERS[layer] ?? [])]);
    const wrong: string[] = [];
    for (const path of files.filter((file) => file.startsWith(`src/${layer}/`))) {
      for (const specifier of importsOf(readFileSync(path, 'utf8'))) {
        if (!specifier.startsWith('.')) continue;
        const target = new URL(specifier, `file:///${path}`).pathname.slice(1).split('/');
        if (target[0] === 'src' && !allowed.has(target[1] ?? '')) wrong.push(`${path} -> ${specifier}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('every folder has a row', () => {
    expect([...new Set(files.map((file) => file.split('/')[1]))].sort().filter((folder) => !(folder ?? '' in LAYERS) && !LAYERS[folder ?? ''])).toEqual([]);
  });
  it('a package from npm is imported in one file', () => {
    const users = new Map<string, Set<string>>();
    for (const path of [...files, ...sourceFiles('workers')]) {
      for (const specifier of importsOf(readFileSync(path, 'utf8'))) {
        if (specifier.startsWith('.') || specifier.startsWith('node:') || EVERYWHERE.has(specifier)) continue;
        const name = packageOf(specifier);
        const set = users.get(name) ?? new Set();
        users.set(name, set.add(path));
      }
    }
    expect([...users].filter(([, paths]) => paths.size > 1).map(([name, paths]) => `${name}: ${[...paths].join(', ')}`)).toEqual([]);
  });
});
