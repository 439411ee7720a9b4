/** Programs on the PATH as commands. */
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/cri/memory-files.ts';
import { pluginCommand, pluginListing } from '../../src/kubectl/plugins.ts';

function place(modes: Readonly<Record<string, number>>) {
  const files = createMemoryFiles({ now: () => 0 });
  files.makeDirectory('/usr/local/bin', { recursive: true });
  files.makeDirectory('/opt/bin', { recursive: true });
  for (const [path, mode] of Object.entries(modes)) files.writeFile(path, '#!/bin/sh\n', { mode });
  return { files, env: new Map([['PATH', '/opt/bin:/usr/local/bin:/missing']]) };
}

const both = place({ '/opt/bin/kubectl-foo': 0o755, '/usr/local/bin/kubectl-foo-bar_baz': 0o755, '/usr/local/bin/kubectl-idle': 0o644 });

describe('a plugin', () => {
  it.each([
    [['foo'], ['/opt/bin/kubectl-foo']],
    [
      ['foo', 'x', '-n', 'a'],
      ['/opt/bin/kubectl-foo', 'x', '-n', 'a'],
    ],
    [
      ['foo', 'bar-baz', 'y'],
      ['/usr/local/bin/kubectl-foo-bar_baz', 'y'],
    ],
    [['-n', 'a', 'foo'], undefined],
    [['idle'], undefined],
    [['nope'], undefined],
  ] as const)('%j', (argv, command) => {
    expect(pluginCommand(both, argv)).toEqual(command);
  });
  it('is listed, with a warning where it cannot run', () => {
    expect(pluginListing(both)).toEqual({
      out: `The following compatible plugins are available:

/opt/bin/kubectl-foo
/usr/local/bin/kubectl-foo-bar_baz
/usr/local/bin/kubectl-idle
  - warning: /usr/local/bin/kubectl-idle identified as a kubectl plugin, but it is not executable
`,
      err: 'one plugin warning was found',
    });
    expect(() => pluginListing(place({}))).toThrow('unable to find any kubectl plugins in your PATH');
  });
});
