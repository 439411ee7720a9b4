/** `tabernetes corpus` over a small corpus of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import '../../src/base/dispose.ts';
import { corpus as corpusCommand, tasksOf } from '../../src/cli/corpus.ts';
import { manifestOutcomes, pageOutcome } from '../../src/cli/corpus/complete.ts';
import { counted, passes } from '../../src/cli/corpus/outcome.ts';
import type { PageOutcome } from '../../src/cli/corpus/outcome.ts';
import { playManifests } from '../../src/cli/corpus/play-manifests.ts';
import { playPage } from '../../src/cli/corpus/play-page.ts';
import { playAll } from '../../src/cli/corpus/pool.ts';
import type { TaskEnd } from '../../src/cli/corpus/pool.ts';
import { readCorpus } from '../../src/cli/corpus/read.ts';
import { summarize, writeSummary } from '../../src/cli/corpus/report.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

type RowFields = Readonly<Record<string, unknown>>;
const lines = (rows: readonly RowFields[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const POD = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: tea\nspec:\n  containers:\n  - name: tea\n    image: busybox\n    command: [sleep, "3600"]\n`;

const PAGE: readonly RowFields[] = [
  {
    command: 'kubectl apply -f cups/tea.yaml',
    category: 'kubectl-apply/create',
    refs: [{ arg: 'cups/tea.yaml', file: 'own/tea.yaml' }],
    expected_output: 'pod/tea created',
  },
  { command: 'kubectl get pod nobody', category: 'kubectl-get' },
  { command: 'kubectl get pod nobody', category: 'kubectl-get', expect_exit: 1 },
  { command: 'kubectl get pod tea', category: 'kubectl-get', expect_exit: 1 },
  { command: 'kubectl get pod elsewhere', category: 'kubectl-get', excluded: 'names a generated Pod of the author' },
  { command: 'kubectl get pod <name>', category: 'kubectl-get', placeholder: true },
  { command: 'gcloud auth login', category: 'cloud-or-host' },
  { command: 'helm list', category: 'helm' },
  { command: 'kubectl get pod tea -w', category: 'kubectl-get' },
  { command: 'kubectl logs -f nobody', category: 'kubectl-logs/exec' },
  { command: 'kubectl exec -it tea -- sh', category: 'kubectl-logs/exec' },
  { command: 'echo leaves > /tmp/pot', category: 'shell', where: 'pod' },
  { command: 'exit', category: 'shell', where: 'pod' },
  { command: 'kubectl exec tea -- cat /tmp/pot', category: 'kubectl-logs/exec', expected_output: 'leaves\n' },
  { command: 'vi cups/tea.yaml', category: 'shell' },
  { command: 'kubectl edit pod tea', category: 'kubectl-edit' },
  { command: 'milk-and-sugar | cat', category: 'shell' },
  { command: 'sleep 700', category: 'shell' },
  { command: 'mkdir -p shelf && cd shelf', category: 'shell' },
  { command: 'kubectl delete -f cups/tea.yaml', category: 'kubectl-delete', refs: [{ arg: 'cups/tea.yaml', file: 'own/tea.yaml' }] },
  { command: 'exit', category: 'shell' },
  {
    command: 'kubectl apply -f https://tea.example/pots/tea.yaml',
    category: 'kubectl-apply/create',
    refs: [{ arg: 'https://tea.example/pots/tea.yaml', file: 'own/tea.yaml' }],
  },
  { command: 'sleep 1; echo beside >&2; echo cup', category: 'shell', expected_output: 'cup' },
  { command: 'echo first >&2; sleep 1; echo cup', category: 'shell', expected_output: 'first\ncup' },
];

const row = (page: string, fields: RowFields, index: number): RowFields => ({
  source_repo: 'own',
  page_path: page,
  order: index + 1,
  block: index + 1,
  where: 'host',
  uses: [],
  refs: [],
  placeholder: false,
  ...fields,
});

const folder = folderOf({
  'commands.jsonl': lines([
    ...PAGE.map((fields, index) => row('tea/page.md', fields, index)),
    row(
      'scenario/one/step.md',
      { command: 'kubectl -n kitchen create configmap sugar --from-literal=lumps=2', category: 'kubectl-apply/create' },
      0,
    ),
    row('scenario/two/step.md', { command: 'true', category: 'shell' }, 0),
    row('scenario/three/part/text.md', { command: 'kubectl get namespace cellar', category: 'kubectl-get' }, 0),
    row('scenario/three/part/text.md', { command: 'kubectl top nodes', category: 'kubectl-top' }, 1),
    row(
      'scenario/three/part/text.md',
      { command: 'kubectl run cup --rm -it --restart=Never --image=busybox -- sh', category: 'kubectl-run' },
      2,
    ),
    row('scenario/three/part/text.md', { command: 'watch date', category: 'shell', where: 'pod' }, 3),
    row('bakery/mill/page.md', { command: 'git clone https://github.com/own', category: 'shell' }, 0),
    row(
      'web/page.md',
      { source_repo: 'own/web', command: 'curl https://raw.githubusercontent.com\\\n/own/web/main/cup', category: 'curl/wget' },
      0,
    ),
    row('hang.md', { command: 'echo here', category: 'shell' }, 0),
    row('hang.md', { command: 'echo there', category: 'shell' }, 1),
  ]),
  'scenario_scripts.jsonl': lines([
    { source_repo: 'own', path: 'scenario/one/setup.sh', kind: 'setup', script: '#!/bin/bash\nkubectl create namespace kitchen\n' },
    {
      source_repo: 'own',
      path: 'scenario/one/verify.sh',
      kind: 'verify',
      script: '[ "$(kubectl -n kitchen get cm sugar -o jsonpath={.data.lumps})" = 2 ] || exit 1\n',
    },
    { source_repo: 'own', path: 'scenario/three/setup.sh', kind: 'setup', script: 'kubectl create namespace cellar\n' },
    { source_repo: 'own', path: 'scenario/three/verify.sh', kind: 'verify', script: 'kubectl get namespace cellar\n' },
    { source_repo: 'own', path: 'scenario/two/verify.sh', kind: 'verify', script: 'kubectl get cm sugar\n' },
  ]),
  'manifests.jsonl': lines([
    { file: 'own/tea.yaml', source_repo: 'own' },
    { file: 'own/broken.yaml', source_repo: 'own' },
    { file: 'own/old.yaml', source_repo: 'own', removed_api: true },
    { file: 'own/new.yaml', source_repo: 'own', removed_api: true },
    { file: 'own/wrong.yaml', source_repo: 'own', expect: 'reject' },
    { file: 'own/values.yaml', source_repo: 'own', path: 'tea/kitchen/values.yaml', not_api_object: true },
    { file: 'own/elsewhere.yaml', source_repo: 'own', path: 'coffee/kitchen.yaml', not_api_object: true },
    { file: 'own/web.txt', source_repo: 'own/web', path: 'cup/web.txt', not_api_object: true },
    { file: 'own/spoon.yaml', source_repo: 'own', custom_resource: true },
  ]),
  'manifests/own/values.yaml': 'leaves: 2\n',
  'manifests/own/web.txt': 'hot\n',
  'manifests/own/elsewhere.yaml': 'cups: 3\n',
  'manifests/own/tea.yaml': POD,
  'manifests/own/broken.yaml': POD.replace('image:', 'imagee:'),
  'manifests/own/old.yaml': 'apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata:\n  name: old\n',
  'manifests/own/new.yaml': POD.replace('name: tea\nspec', 'name: tea\n  namespace: pantry\nspec'),
  'manifests/own/wrong.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: Not_So\nspec:\n  ports: []\n',
  'manifests/own/spoon.yaml': 'apiVersion: tea.example/v1\nkind: Spoon\nmetadata:\n  name: big\n',
});
const corpus = readCorpus(folder);
const none = { text: () => undefined, number: () => undefined };

async function play(path: string, withoutHelm = true): Promise<PageOutcome> {
  const task = tasksOf(corpus, none).find((each) => each.k === 'page' && each.page.path === path);
  if (task?.k !== 'page') throw new Error(`no page ${path}`);
  return playPage(task.page, { files: task.files, withoutHelm, pauseSeconds: 10 });
}

describe('a page', () => {
  it('that clones its repository finds its own folder and what is recorded there', () => {
    const task = tasksOf(corpus, none).find((each) => each.k === 'page' && each.page.path === 'bakery/mill/page.md');
    expect(task?.k === 'page' && task.files).toEqual({
      'https://github.com/own/bakery/mill/page.md': '',
      'https://github.com/own/tea/kitchen/values.yaml': 'leaves: 2\n',
      'https://github.com/own/coffee/kitchen.yaml': 'cups: 3\n',
    });
  });

  it('finds what its commands name and what is recorded of its folder', () => {
    const task = tasksOf(corpus, none).find((each) => each.k === 'page' && each.page.path === 'tea/page.md');
    expect(task?.k === 'page' && task.files).toEqual({
      'cups/tea.yaml': POD,
      'https://tea.example/pots/tea.yaml': POD,
      'kitchen/values.yaml': 'leaves: 2\n',
    });
  });

  it('reads by its address what is recorded of a repository', () => {
    const task = tasksOf(corpus, none).find((each) => each.k === 'page' && each.page.path === 'web/page.md');
    expect(task?.k === 'page' && task.files).toEqual({ 'https://raw.githubusercontent.com/own/web/main/cup/web.txt': 'hot\n' });
  });

  it('is judged command by command', async () => {
    const page = await play('tea/page.md');
    const verdicts = page.commands.map(({ command, works, uncounted, cause, matches }) => [
      command,
      works,
      uncounted ?? '',
      cause ?? '',
      matches ?? '',
    ]);
    expect(verdicts).toEqual([
      ['kubectl apply -f cups/tea.yaml', true, '', '', true],
      ['kubectl get pod nobody', false, '', 'Error from server (NotFound): pods "..." not found', ''],
      ['kubectl get pod nobody', true, '', '', ''],
      ['kubectl get pod tea', false, '', 'exit code 0 where 1 is right', ''],
      ['kubectl get pod elsewhere', false, 'excluded', 'Error from server (NotFound): pods "..." not found', ''],
      ['kubectl get pod <name>', false, 'placeholder', expect.any(String), ''],
      ['gcloud auth login', false, 'cloud-or-host', 'gcloud: command not found', ''],
      ['helm list', false, 'helm', expect.any(String), ''],
      ['kubectl get pod tea -w', true, '', '', ''],
      ['kubectl logs -f nobody', false, '', expect.stringContaining('pods "..." not found'), ''],
      ['kubectl exec -it tea -- sh', true, '', '', ''],
      ['kubectl exec tea -- cat /tmp/pot', true, '', '', true],
      ['vi cups/tea.yaml', true, '', '', ''],
      ['kubectl edit pod tea', true, '', '', ''],
      ['milk-and-sugar | cat', false, '', 'milk-and-sugar: command not found', ''],
      ['sleep 700', false, '', 'did not end within 10 minutes', ''],
      ['mkdir -p shelf && cd shelf', true, '', '', ''],
      ['kubectl delete -f cups/tea.yaml', true, '', '', ''],
      ['exit', true, '', '', ''],
      ['kubectl apply -f https://tea.example/pots/tea.yaml', true, '', '', ''],
      ['sleep 1; echo beside >&2; echo cup', true, '', '', true],
      ['echo first >&2; sleep 1; echo cup', true, '', '', true],
    ]);
    expect(page.commands.find(({ command }) => command.endsWith('-w'))?.virtualMs).toBeGreaterThanOrEqual(60_000);
    expect(page.commands.find(({ command }) => command.endsWith('-w'))?.virtualMs).toBeLessThan(62_000);
    expect(passes(page)).toBeUndefined();
    expect(counted(page)).toHaveLength(18);
  });

  it('runs its set-up before and its verification after', async () => {
    const one = await play('scenario/one/step.md');
    expect([one.setup?.exitCode, one.verify?.exitCode, passes(one)]).toEqual([0, 0, true]);
    const two = await play('scenario/two/step.md');
    expect([two.commands[0]?.works, two.verify?.exitCode, passes(two)]).toEqual([true, 1, false]);
  });

  it('belongs to the scenario around its folder, in a cluster that has come up, and Ctrl-C is no failure', async () => {
    const page = await play('scenario/three/part/text.md');
    expect([page.setup?.exitCode, page.verify?.exitCode]).toEqual([0, 0]);
    expect(page.commands.map(({ works, exitCode }) => [works, exitCode])).toEqual([
      [true, 0],
      [true, 0],
      [true, 130],
    ]);
    expect(passes(page)).toBe(true);
  });
});

it('manifests are right when they are accepted or refused as they should be', async () => {
  const [task] = tasksOf(corpus, none).filter((each) => each.k === 'manifests');
  if (task?.k !== 'manifests') throw new Error('no manifests');
  const outcomes = await playManifests(task.manifests);
  expect(outcomes.map(({ file, shouldBe, works }) => [file, shouldBe, works])).toEqual([
    ['own/tea.yaml', 'accepted', true],
    ['own/broken.yaml', 'accepted', false],
    ['own/old.yaml', 'refused', true],
    ['own/new.yaml', 'refused', false],
    ['own/wrong.yaml', 'refused', true],
    ['own/spoon.yaml', 'refused', true],
  ]);
  const summary = summarize([], outcomes);
  expect(summary.manifests).toEqual({ of: 6, good: 4 });
  expect(writeSummary(summary)).toMatch(/manifests accepted or refused rightly +66\.7 % +4 of 6/);
});

describe('the processes', () => {
  const worker = join(folder, 'worker.mjs');
  const answering = `process.on('message', (task) => {
    const rows = task.page.commands;
    if (task.page.path === 'hang.md') {
      process.send({ k: 'begin', index: 0 });
      process.send({ k: 'command', outcome: { order: 1, command: rows[0].command, category: 'shell', works: true, exitCode: 0, stdout: '', stderr: '', virtualMs: 0 } });
      process.send({ k: 'begin', index: 1 }, () => { for (;;); });
    } else if (task.page.path === 'tea/page.md') process.exit(7);
    else process.send({ k: 'page', outcome: { source: 'own', page: task.page.path, commands: [], wallMs: 1 } });
  });`;

  it('end a page that takes too long, outlive one that breaks, and go on', async () => {
    writeFileSync(worker, answering);
    const tasks = tasksOf(corpus, none).filter((task) => task.k === 'page');
    const ends: TaskEnd[] = [];
    let expire = (): void => undefined;
    await playAll(tasks, {
      script: worker,
      argv: [],
      jobs: 1,
      guardMs: 1000,
      onEnd: (end) => ends.push(end),
      onTold: (told) => {
        if (told.k === 'begin' && told.index === 1) expire();
      },
      guard: (call) => {
        expire = call;
        return () => undefined;
      },
    });
    expect(ends.map(({ broke }) => broke)).toEqual([
      'internal error: its process ended with code 7',
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'took more than 1 s of wall time',
    ]);
    const hung = pageOutcome(ends[ends.length - 1] as TaskEnd);
    expect(hung?.commands.map(({ works, cause }) => [works, cause])).toEqual([
      [true, undefined],
      [false, 'took more than 1 s of wall time'],
    ]);
    expect(pageOutcome(ends[0] as TaskEnd)?.commands.every(({ works }) => !works)).toBe(true);
    expect(manifestOutcomes(ends[0] as TaskEnd)).toEqual([]);
  });
});

describe('a mistake in the call', () => {
  const broken = folderOf({
    'commands.jsonl': `${JSON.stringify(row('a.md', { command: 'true', category: 'shell' }, 0))}\n{"command": \n`,
  });
  const nameless = folderOf({ 'commands.jsonl': `${JSON.stringify({ source_repo: 'own', page_path: 'a.md', category: 'shell' })}\n` });
  it.each([
    ['no folder named', [], 'name a folder'],
    ['a folder that is not there', [join(folder, 'nowhere')], 'there is no folder'],
    ['a folder of something else', [folderOf({})], 'holds no commands.jsonl'],
    ['a broken line', [broken], 'commands.jsonl:2: not a JSON object'],
    ['a missing field', [nameless], 'commands.jsonl:1: "command" is missing'],
    ['a page that is not there', [folder, '--page', 'coffee'], 'nothing in this folder fits'],
    ['something else left out', [folder, '--without', 'sugar'], '--without takes "helm"'],
    ['no job', [folder, '--jobs', '0'], '--jobs must be at least 1'],
  ])('%s', async (_name, argv, message) => {
    await expect(corpusCommand.run(argv)).rejects.toThrow(message);
  });
});

it('shares are counted over all, by source, category and sub-command, the commonest cause first', async () => {
  const page = await play('tea/page.md', false);
  const summary = summarize([page, await play('scenario/two/step.md')], []);
  expect(summary.commands).toEqual({ of: 20, good: 14 });
  expect(summary.pages).toEqual({ of: 1, good: 0 });
  expect(summary.verified).toEqual({ of: 1, good: 0 });
  expect(summary.matches).toEqual({ of: 4, good: 4 });
  expect(summary.bySource).toEqual([{ name: 'own', of: 20, good: 14 }]);
  expect(summary.bySubcommand.find(({ name }) => name === 'get')).toEqual({ name: 'get', of: 4, good: 2 });
  expect(summary.byCategory.find(({ name }) => name === 'helm')).toEqual({ name: 'helm', of: 1, good: 0 });
  expect(summary.causes[0]).toMatchObject({ count: 1 });
});
