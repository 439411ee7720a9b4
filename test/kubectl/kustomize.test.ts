/** The kustomize command by itself, over files in memory. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/cri/memory-files.ts';
import { bytesInput, collectOutput } from '../../src/cri/streams.ts';
import { runKustomize } from '../../src/kubectl/kustomize-program.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import { words } from './run.ts';
import type { Result } from './run.ts';

const lone = loneWorld();
let files = createMemoryFiles({ now: () => 0 });
beforeEach(() => {
  files = createMemoryFiles({ now: () => 0 });
  for (const [path, text] of Object.entries({
    '/app/deploy.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels:\n      app: web\n  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx\n',
    '/app/notes.yaml': 'just: notes\n',
    '/app/sub/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: web\n',
  })) {
    files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { recursive: true });
    files.writeFile(path, text);
  }
});

async function kustomize(line: string, cwd = '/app'): Promise<Result> {
  const [stdout, stderr] = [collectOutput(), collectOutput()];
  const code = await lone.drive(runKustomize(words(line), {
    world: lone.world, clock: lone.world.clock, signal: new AbortController().signal, stdin: bytesInput(''), stdout, stderr, files, env: new Map(), cwd,
  }), 60_000);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
const read = (path: string): string => new TextDecoder().decode(files.readFile(path));
const HEAD = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

describe('create', () => {
  it.each([
    ['create', HEAD],
    ['create --autodetect', `${HEAD}resources:\n- deploy.yaml\n`],
    ['create --autodetect --recursive', `${HEAD}resources:\n- deploy.yaml\n- sub/service.yaml\n`],
    ['create --resources deploy.yaml,sub/service.yaml --nameprefix a- --namespace shop --labels x:y', `${HEAD}resources:\n- deploy.yaml\n- sub/service.yaml\nnamePrefix: a-\nnamespace: shop\ncommonLabels:\n  x: "y"\n`],
  ])('kustomize %s', async (line, text) => {
    expect(await kustomize(line)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(read('/app/kustomization.yaml')).toBe(text);
    expect(await kustomize('create')).toMatchObject({ code: 1, stderr: 'Error: kustomization file already exists\n' });
  });
});

describe('edit', () => {
  const start = '# what we run\nresources:\n- deploy.yaml\n';
  const after = `${start}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n`;
  it.each([
    ['edit set image nginx:1.25', `${after}images:\n- name: nginx\n  newTag: "1.25"\n`],
    ['edit set image nginx=registry.example:5000/web@sha256:abc', `${after}images:\n- digest: sha256:abc\n  name: nginx\n  newName: registry.example:5000/web\n`],
    ['edit set nameprefix -- dev-', `${after}namePrefix: dev-\n`], ['edit set namesuffix -- -dev', `${after}nameSuffix: -dev\n`], ['edit set namespace shop', `${after}namespace: shop\n`],
    ['edit set replicas web=3', `${after}replicas:\n- count: 3\n  name: web\n`],
    ['edit add resource sub/*.yaml', `# what we run\nresources:\n- deploy.yaml\n- sub/service.yaml\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n`],
    ['edit add configmap cm --from-literal=k=v', `${after}configMapGenerator:\n- literals:\n  - k=v\n  name: cm\n`],
    ['edit add label tier:web', `${after}commonLabels:\n  tier: web\n`],
    ['edit add label tier:web --without-selector', `${after}labels:\n- pairs:\n    tier: web\n`],
    ['edit remove resource deploy.yaml', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'],
  ])('kustomize %s', async (line, text) => {
    files.writeFile('/app/kustomization.yaml', start);
    expect(await kustomize(line)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(read('/app/kustomization.yaml')).toBe(text);
  });
  it.each([
    ['edit set image nginx', 'invalid format of image'], ['edit add resource nothing.yaml', 'nothing.yaml has no match'], ['edit add configmap cm', 'at least from-env-file, or from-file or from-literal must be set'],
    ['edit paint it', 'unknown command "paint" for "kustomize edit"'], ['edit set color red', 'unknown command "color" for "kustomize edit set"'], ['edit set namespace', 'must specify exactly one namespace value'],
  ])('kustomize %s: %s', async (line, message) => {
    files.writeFile('/app/kustomization.yaml', start);
    const { code, stderr } = await kustomize(line);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`Error: ${message}`)]);
    expect(read('/app/kustomization.yaml')).toBe(start);
  });
  it('wants a kustomization', async () => {
    expect((await kustomize('edit set namespace shop')).stderr).toContain("Missing kustomization file 'kustomization.yaml'");
  });
});

describe('build', () => {
  it('prints objects, and writes them where -o says', async () => {
    await kustomize('create --resources deploy.yaml --namesuffix -x');
    const { code, stdout } = await kustomize('build .', '/app');
    expect([code, stdout]).toEqual([0, expect.stringContaining('name: web-x\n')]);
    await kustomize('build -o out.yaml');
    expect(read('/app/out.yaml')).toBe(stdout);
  });
  it('a component adds resources and generators of its own and changes everything', async () => {
    files.makeDirectory('/app/part', { recursive: true });
    files.writeFile('/app/part/kustomization.yaml', 'kind: Component\nresources:\n- ../sub/service.yaml\nconfigMapGenerator:\n- name: settings\n  literals: [a=b]\nnamespace: shop\n');
    files.writeFile('/app/kustomization.yaml', 'resources: [deploy.yaml]\ncomponents: [part]\n');
    const { stdout, stderr } = await kustomize('build');
    expect([stderr, [...stdout.matchAll(/^kind: (\w+)$/gm)].map((match) => match[1]).sort(), stdout.match(/namespace: shop/g)?.length]).toEqual(['', ['ConfigMap', 'Deployment', 'Service'], 3]);
  });
  it('wants one folder with a kustomization, and flags that exist', async () => {
    expect((await kustomize('build sub')).stderr).toContain("unable to find one of 'kustomization.yaml'");
    expect((await kustomize('build a b')).stderr).toBe('Error: specify one path to kustomization.yaml\n');
    expect((await kustomize('build --no-such-flag')).stderr).toBe('Error: unknown flag: --no-such-flag\n');
    expect((await kustomize('fn run .')).stderr).toContain('unknown command "fn" for "kustomize"');
  });
});
