/** The learner's shell as people use it at its prompt. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

it('knows a pipe from a terminal, aliases in pipelines, its history, and what a condition answered', async () => {
  const { run, result, sandbox } = await openPlayer({ 'one.txt': '1', 'two.txt': '2' });
  expect(await run('ls *.txt')).toBe('one.txt  two.txt\n');
  expect(await run('ls *.txt | wc -l')).toBe('2\n');
  expect(await run('ls *.txt > list; cat list; echo $(ls *.txt)')).toBe('one.txt\ntwo.txt\none.txt two.txt\n');
  await run("alias kg='kubectl get'");
  expect(await run('kg ns -o name | head -1; (kg ns default -o name); echo $(kg ns default -o name)')).toBe(
    'namespace/default\n'.repeat(3),
  );
  expect((await result('nothing-like-it | cat')).stderr).toBe('-bash: nothing-like-it: command not found\n');
  expect(await run('if kubectl get pod nobody 2>/dev/null; then echo there; else echo "not there: $?"; fi')).toBe('not there: 1\n');
  expect(await run('history | tail -2')).toMatch(/^ +\d+ {2}if kubectl get pod nobody .*\n +\d+ {2}history \| tail -2\n$/);
  await sandbox.close();
});

it('edits with what KUBE_EDITOR says', async () => {
  const { run, result, value, sandbox } = await openPlayer();
  await run('kubectl create configmap tea --from-literal=kind=green');
  expect(await run('KUBE_EDITOR="sed -i s/green/black/" kubectl edit configmap tea')).toBe('configmap/tea edited\n');
  expect(await value('cm/tea', '{.data.kind}')).toBe('black');
  expect(await run(`export EDITOR="sed -i 's/kind: black/kind: white tea/'"; unset KUBE_EDITOR; kubectl edit cm/tea`)).toBe(
    'configmap/tea edited\n',
  );
  expect(await value('cm/tea', '{.data.kind}')).toBe('white tea');
  expect((await result('KUBE_EDITOR=true kubectl edit cm tea')).output).toBe('Edit cancelled, no changes made.\n');
  expect((await result('KUBE_EDITOR=false kubectl edit cm tea')).stderr).toBe('error: there was a problem with the editor "false"\n');
  expect((await result('KUBE_EDITOR=emacs kubectl edit cm tea')).stderr).toContain('error: unable to launch the editor "emacs"\n');
  await sandbox.close();
});
