/** What the time bar and the keys do, so that both do the same. */
import type { RunCondition } from '../../sandbox/sandbox.ts';
import { clockText } from '../model/age.ts';
import { shownMicros } from '../page.tsx';
import type { Page } from '../page.tsx';
import { useUi } from '../ui-state.ts';

const HOUR_MICROS = 3_600e6;
/** The engine's time comes in batches, after its answer. */
const BATCH_MS = 200;

export function goLive(page: Page): void {
  if (page.sandbox.time.state.lookingAtMicros === undefined) return;
  void page.sandbox.look(undefined).then(() => page.cluster.restart());
}

export function lookAt(page: Page, micros: number): void {
  const { nowMicros } = page.sandbox.time.state;
  if (micros >= nowMicros) {
    goLive(page);
    return;
  }
  page.sandbox.time.pause();
  void page.sandbox.look(Math.max(0, Math.round(micros))).then(
    () => page.cluster.restart(),
    (error: unknown) => {
      useUi
        .getState()
        .notify({ icon: 'warning', title: 'That moment cannot be shown', detail: error instanceof Error ? error.message : '' });
    },
  );
}

/** To just before the last thing that happened. */
export function stepBack(page: Page): void {
  const at = shownMicros(page.sandbox.time.state);
  const before = page.trace.ticks().findLast((tick) => tick.atMicros < at - 1000);
  lookAt(page, before ? before.atMicros : 0);
}

export async function runTo(page: Page, until: { readonly atMicros?: number; readonly condition?: RunCondition }): Promise<void> {
  goLive(page);
  const { time } = page.sandbox;
  const begunMicros = time.state.nowMicros;
  const limitMicros = begunMicros + HOUR_MICROS;
  useUi.getState().set({ running: true });
  try {
    const result = await time.runUntil({ ...until, limitMicros });
    await new Promise<void>((resolve) => setTimeout(resolve, BATCH_MS));
    if (result === 'limit' && time.state.nowMicros >= limitMicros)
      useUi.getState().notify({ icon: 'speed', title: 'Ran for an hour of cluster time', detail: 'What you waited for did not happen.' });
    else if (result === 'reached' && time.state.nowMicros === begunMicros)
      useUi.getState().notify({ icon: 'check', title: 'It is so already', detail: 'No time had to pass.' });
  } finally {
    useUi.getState().set({ running: false });
  }
}

/** A second future from the moment that is shown. */
export async function continueFromHere(page: Page): Promise<void> {
  const at = shownMicros(page.sandbox.time.state);
  const branch = await page.sandbox.fork(at);
  page.replaceWith(branch);
  useUi.getState().notify({ icon: 'branch', title: `New branch from ${clockText(at).slice(3)}`, detail: 'The cluster goes on from here.' });
}
