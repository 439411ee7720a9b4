/** The track: from the start of history to the frontier, with ticks above it and the playhead on it. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { clockText } from '../model/age.ts';
import { usePace, useTicks, useTimeSlowly } from '../page.tsx';
import { placeTicks } from './ticks.ts';
import type { PlacedTick, TickKind } from './ticks.ts';
import css from './time-bar.module.css';

export function Scrubber({ onLook }: { readonly onLook: (micros: number) => void }) {
  const { lookingAtMicros } = usePace();
  const { nowMicros } = useTimeSlowly();
  const ticks = useTicks();
  const track = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(300);
  const [hover, setHover] = useState<PlacedTick | undefined>(undefined);
  const drag = useRef(false);
  useEffect(() => {
    const watcher = new ResizeObserver(() => setWidth(track.current?.clientWidth ?? 300));
    watcher.observe(track.current!);
    return () => watcher.disconnect();
  }, []);
  const end = Math.max(nowMicros, 1_000_000);
  const shown = lookingAtMicros ?? nowMicros;
  // A tick moves less than a pixel until history has grown by 1/width.
  const grain = Math.floor(Math.log(end) * width);
  const placed = useMemo(() => placeTicks(ticks, 0, end, width - 4), [ticks, width, grain]);
  const at = (Math.min(shown, end) / end) * (width - 4);
  const look = (clientX: number): void => {
    const box = track.current!.getBoundingClientRect();
    const share = (clientX - box.left) / (box.width - 4);
    onLook(share >= 0.99 ? Infinity : Math.max(0, share) * end);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      onLook(shown + (step * end) / 100);
    }
    if (event.key === 'Home') onLook(0);
    if (event.key === 'End') onLook(Infinity);
  };
  return (
    <div
      className={css['scrubber']}
      ref={track}
      role="slider"
      tabIndex={0}
      aria-label="Moment shown"
      aria-valuemin={0}
      aria-valuemax={Math.round(end / 1e6)}
      aria-valuenow={Math.round(Math.min(shown, end) / 1e6)}
      aria-valuetext={`${clockText(shown)}${lookingAtMicros === undefined ? ', live' : ''}`}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        drag.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        look(event.clientX);
      }}
      onPointerMove={(event) => {
        const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
        setHover(placed.findLast((tick) => Math.abs(tick.x - x) < 6));
        if (drag.current) look(event.clientX);
      }}
      onPointerUp={() => {
        drag.current = false;
      }}
      onPointerLeave={() => setHover(undefined)}
    >
      <span className={css['track']}>
        <span style={{ width: `${at}px` }} />
      </span>
      {placed.map((tick) => (
        <TickMark key={`${tick.kind} ${tick.atMicros}`} tick={tick} />
      ))}
      <span className={css['handle']} style={{ transform: `translateX(${at}px)` }} />
      {hover ? (
        <span className={css['tip']} style={{ left: `${Math.min(Math.max(hover.x, 80), width - 80)}px` }}>
          <b className="mono">{clockText(hover.atMicros)}</b> {hover.labels[0]}
          {hover.labels.length > 1 ? ` and ${hover.labels.length - 1} more` : ''}
        </span>
      ) : null}
    </div>
  );
}

const SHAPES: Readonly<Record<TickKind, { readonly d: string; readonly token: string }>> = {
  you: { d: 'M5 1.2L8.8 5 5 8.8 1.2 5Z', token: '--you' },
  fault: { d: 'M6 .5L1.6 6H4.4L3.6 9.6 8.4 3.8H5.4Z', token: '--you' },
  ready: { d: 'M2.6 1.6H7.4A1 1 0 0 1 8.4 2.6V7.4A1 1 0 0 1 7.4 8.4H2.6A1 1 0 0 1 1.6 7.4V2.6A1 1 0 0 1 2.6 1.6Z', token: '--st-run' },
  failure: { d: 'M5 .9L9.3 8.8H.7Z', token: '--st-fail' },
  other: { d: 'M4.4 2.2H5.6V7.8H4.4Z', token: '--ink-3' },
};

function TickMark({ tick }: { readonly tick: PlacedTick }) {
  const shape = SHAPES[tick.kind];
  return (
    <svg
      className={css['tick']}
      viewBox="0 0 10 10"
      width={10}
      height={10}
      style={{ transform: `translateX(${tick.x - 4}px)` }}
      aria-hidden
    >
      <path d={shape.d} fill={`var(${shape.token})`} />
    </svg>
  );
}
