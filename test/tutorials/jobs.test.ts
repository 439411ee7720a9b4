/** Commands in the background of the learner's shell, as guides use them for port-forwards and load generators. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

it('tells of ended jobs before the next prompt, numbers them anew, and keeps the order of both streams', async () => {
  const { result, sandbox } = await openPlayer();
  const output = async (line: string): Promise<string> => (await result(line)).output.replace(/\] \d+/g, '] PID');
  expect(await output('sleep 7 & sleep 9 &')).toBe('[1] PID\n[2] PID\n');
  expect(await output('jobs')).toBe('[1]-  Running                 sleep 7 &\n[2]+  Running                 sleep 9 &\n');
  expect(await output('kill %1; sleep 1')).toBe('[1]-  Terminated              sleep 7\n');
  expect(await output('kill %1')).toBe('-bash: kill: %1: no such job\n');
  expect(await output('wait')).toBe('[2]+  Done                    sleep 9\n');
  expect(await output('sleep 1 & fg')).toBe('[1] PID\nsleep 1\n');
  expect(await output('echo a; ls /nothing; echo b')).toBe("a\nls: cannot access '/nothing': No such file or directory\nb\n");
  await sandbox.close();
});
