/** Lanes: what each Pod was, over cluster time; commands as diamonds above; the playhead through all of it. */
import { useSyncExternalStore } from 'react';
import { clockText } from '../model/age.ts';
import { isSystem } from '../model/pod-view.ts';
import { shownMicros, useCommands, usePage, useTimeSlowly } from '../page.tsx';
import { lookAt } from '../time-bar/moves.ts';
import { STATE_TOKEN } from '../board/marks.ts';
import { useUi } from '../ui-state.ts';
import { laneStore } from './lane-store.ts';
import type { Lane } from './lanes.ts';
import css from './timeline.module.css';

export function Timeline() {
  const page = usePage();
  const time = useTimeSlowly();
  const commands = useCommands();
  const selection = useUi((state) => state.selection);
  const store = laneStore(page);
  const book = useSyncExternalStore(store.subscribe, store.book);
  const end = Math.max(time.nowMicros, 1e6);
  const share = (micros: number): number => Math.min(100, (micros / end) * 100);
  const step = niceStep(end);
  const marks = Array.from({ length: Math.floor(end / step) + 1 }, (_none, at) => at * step);
  const lanes = [...book.lanes.values()].filter((lane) => !isSystem(lane.key.split('/')[0]));
  return (
    <div className={css['timeline']}>
      <div className={css['axis']}>
        <span />
        {marks.map((mark) => (
          <time key={mark} style={{ left: `${share(mark)}%` }}>
            {clockText(mark).replace(/^00:/, '')}
          </time>
        ))}
      </div>
      <div className={css['lane']}>
        <span className={css['name']}>
          <b>you</b>
          <small>commands</small>
        </span>
        <div
          className={css['track']}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            lookAt(page, ((event.clientX - box.left) / box.width) * end);
          }}
        >
          {commands.map((command, at) => (
            <i key={at} className={css['diamond']} title={command.command} style={{ left: `${share(command.startedAtMicros)}%` }} />
          ))}
        </div>
      </div>
      {lanes.map((lane) => (
        <LaneRow key={lane.key} lane={lane} end={end} share={share} chosen={selection?.key === lane.key} />
      ))}
      {lanes.length === 0 ? <p className={css['none']}>Lanes appear here as soon as there are Pods.</p> : null}
      <div className={css['head']} style={{ left: `calc(11rem + (100% - 12rem) * ${share(shownMicros(time)) / 100})` }} aria-hidden />
    </div>
  );
}

function LaneRow({
  lane,
  end,
  share,
  chosen,
}: {
  readonly lane: Lane;
  readonly end: number;
  readonly share: (micros: number) => number;
  readonly chosen: boolean;
}) {
  return (
    <div className={css['lane']} data-chosen={chosen || undefined}>
      <button className={css['name']} onClick={() => useUi.getState().select({ resource: 'pods', key: lane.key })}>
        <b className="mono cut">{lane.name}</b>
        <small>{lane.node ?? 'no node'}</small>
      </button>
      <div
        className={css['track']}
        role="img"
        aria-label={lane.bars.map((bar) => `${bar.word} from ${clockText(bar.fromMicros)}`).join(', ')}
      >
        {lane.bars.map((bar, at) => {
          const width = share(bar.toMicros ?? end) - share(bar.fromMicros);
          return (
            <span
              key={at}
              className={css['bar']}
              data-look={bar.state}
              title={`${bar.word} ${clockText(bar.fromMicros)}`}
              style={{
                left: `${share(bar.fromMicros)}%`,
                width: `${Math.max(0.2, width)}%`,
                ['--lane' as string]: `var(--st-${STATE_TOKEN[bar.state]})`,
              }}
            >
              {width > 7 && bar.state !== 'ready' ? <em>{bar.word}</em> : null}
            </span>
          );
        })}
      </div>
    </div>
  );
}

/** At most ten marks on the axis, at round times. */
function niceStep(end: number): number {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400].map((seconds) => seconds * 1e6);
  return steps.find((step) => end / step <= 9) ?? 86400e6 * Math.ceil(end / (86400e6 * 9));
}
