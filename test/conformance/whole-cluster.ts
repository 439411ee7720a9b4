/** A whole cluster in virtual time for conformance tests: calls to its API, and kubectl. */
import { openPlayer } from '../tutorials/play.ts';
import type { Player } from '../tutorials/play.ts';
import { callsOver } from './clusters.ts';
import type { Calls } from './clusters.ts';

export interface WholeCluster extends Calls, Player {
  advance(ms: number): Promise<void>;
}

/** How long history goes on between two looks at what is waited for. */
const STEP_MICROS = 5_000;
const LIMIT_MICROS = 120e6;

export async function wholeCluster(files: Readonly<Record<string, string>> = {}): Promise<WholeCluster> {
  const player = await openPlayer(files);
  const { time, api } = player.sandbox;
  const advance = async (ms: number): Promise<void> => {
    await time.runUntil({ atMicros: time.state.nowMicros + ms * 1000 });
  };
  const drive = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false;
    const noted = work.finally(() => {
      isDone = true;
    });
    noted.catch(() => undefined);
    const until = time.state.nowMicros + LIMIT_MICROS;
    while (!isDone) {
      if (time.state.nowMicros > until) throw new Error('no answer in two minutes');
      await time.runUntil({ atMicros: time.state.nowMicros + STEP_MICROS });
    }
    return noted;
  };
  return { ...player, advance, ...callsOver(api, drive) };
}
