/** A worker entry for the test of replay equality in Chromium: plays a journal with the control plane, the shell and each
 *  node in Web Workers of their own from the first event on, and answers with the history hash. */
import '../../src/base/dispose.ts';
import { openCluster } from '../../src/cluster/open.ts';
import { CONTROL_PLANE, SHELL } from '../../src/cluster/profile.ts';
import type { Profile } from '../../src/sandbox/sandbox.ts';
import type { Journal } from '../../src/sim/journal.ts';
import { connectHost } from '../../src/sim/host-port.ts';
import { spread } from '../../src/sim/placement.ts';

interface Wish {
  readonly journal: Journal;
  readonly workers: number;
}

self.addEventListener('message', (event: MessageEvent<Wish>) => {
  if ((event.data as Partial<Wish>).journal) void play(event.data);
});

async function play({ journal, workers }: Wish): Promise<void> {
  try {
    const placement = spread({
      hub: CONTROL_PLANE,
      shells: [SHELL],
      workers,
      open: async (host, init) => {
        const { port1, port2 } = new MessageChannel();
        self.postMessage({ openHost: host, port: port2 }, { transfer: [port2] });
        return connectHost(port1, init, { end: () => undefined });
      },
    });
    const sandbox = await openCluster({
      profile: journal.profile as Profile,
      journal: journal.entries,
      untilMicros: journal.endMicros,
      playing: false,
      ...(workers > 0 && { placement }),
    });
    self.postMessage({ hash: await sandbox.hash() });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
}
