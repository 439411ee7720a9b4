/** A terminal as a person uses it: typing ahead, a remote shell, a window that changes its size, and `exit`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { Sandbox, Session } from '../../src/sandbox/sandbox.ts';

describe('a terminal', () => {
  let sandbox: Sandbox;
  let session: Session;
  let shown = '';

  beforeAll(async () => {
    sandbox = await openCluster({ profile: makeProfile({ seed: 'terminal', nodes: 1, instantImages: true }) });
    session = await sandbox.shell({ columns: 100, rows: 30 });
    session.onOutput((data) => {
      shown += data;
    });
    await session.run('kubectl create deployment web --image=nginx');
    await session.run('kubectl rollout status deployment/web');
  });
  afterAll(() => sandbox.close());

  /** Colours aside. */
  const plain = (): string => shown.replaceAll(/\x1b\[[0-9;]*[A-Za-z]/g, '');
  /** Types in pieces, as fast as keys can come, and lets time run. */
  const type = async (keys: string, seconds = 5): Promise<void> => {
    shown = '';
    for (const key of keys) session.write(key);
    await pass(seconds);
  };
  const pass = (seconds: number) => sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + seconds * 1e6 });

  it('gives what is typed while a command runs to the next prompt, in its order', async () => {
    await type('sleep 2\recho first\recho sec');
    expect(plain()).toMatch(/\nfirst\r\n/);
    await type('ond\r');
    expect(plain()).toMatch(/\nsecond\r\n/);
  });

  it('has a remote shell echo what is typed once, and tells it the size of the window', async () => {
    await type('kubectl exec -it deployment/web -- sh\r');
    await type('stty size\r');
    expect(plain().split('stty size')).toHaveLength(2);
    expect(plain()).toMatch(/\r\n30 100\r\n/);
    session.resize(80, 24);
    await pass(1);
    await type('stty size\r');
    expect(plain()).toMatch(/\r\n24 80\r\n/);
  });

  it('sends Ctrl-C to the remote program, not to kubectl', async () => {
    await type('sleep 100\r');
    await type('\x03');
    await type('echo still here\r');
    expect(plain()).toMatch(/\r\nstill here\r\n/);
    await type('exit\r');
    await type('echo home; hostname\r');
    expect(plain()).toMatch(/\r\nhome\r\nlearner\r\n/);
  });

  it('begins again after exit', async () => {
    await type('exit\r');
    expect(plain()).toContain('[session ended]');
    await type('\r');
    await type('echo again\r');
    expect(plain()).toMatch(/\r\nagain\r\n/);
  });
});
