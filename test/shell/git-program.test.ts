import { expect, it } from 'vitest';
import { repositoryOf } from '../../src/shell/git-program.ts';
import { openPlayer } from '../tutorials/play.ts';

it.each([
  ['https://github.com/a/b', 'github.com/a/b'],
  ['https://github.com/a/b.git', 'github.com/a/b'],
  ['git@github.com:a/b.git', 'github.com/a/b'],
  ['ssh://git@example.com:22/a/b/', 'example.com:22/a/b'],
])('%s', (url, repository) => {
  expect(repositoryOf(url)).toBe(repository);
});

it('clones what the sandbox carries, and nothing else', async () => {
  const { run, result, sandbox } = await openPlayer({
    'example.com/tea/pots/README.md': 'pots\n',
    'example.com/tea/pots/k8s/pot.yaml': 'kind: Pot\n',
  });
  await run('git clone --depth 1 -b main https://example.com/tea/pots.git');
  expect(await run('cd pots/k8s && cat pot.yaml ../README.md; cd')).toBe('kind: Pot\npots\n');
  expect(await result('git clone https://example.com/tea/pots')).toMatchObject({
    exitCode: 128,
    stderr: "fatal: destination path 'pots' already exists and is not an empty directory.\n",
  });
  expect(await result('git clone https://example.com/tea/cups')).toMatchObject({
    exitCode: 128,
    stderr: "Cloning into 'cups'...\nfatal: unable to access 'https://example.com/tea/cups/': Could not resolve host: example.com\n",
  });
  await sandbox.close();
});
