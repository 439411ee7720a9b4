/** Play and pause, steps, speed, run until, the scrubber with what happened on it, and the cluster's own clock. */
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { clockText } from '../model/age.ts';
import { SPEEDS, speedIndex, speedText } from '../model/speed.ts';
import { shownMicros, usePace, usePage, useReachedSpeed, useTime } from '../page.tsx';
import { ChevronDown, Pause, Play } from '../icons.ts';
import { Menu } from '../menu.tsx';
import type { RunCondition } from '../../sandbox/sandbox.ts';
import { useUi } from '../ui-state.ts';
import { goLive, lookAt, runTo, stepBack } from './moves.ts';
import { Scrubber } from './scrubber.tsx';
import css from './time-bar.module.css';

const CONDITIONS: readonly (readonly [RunCondition, string, string])[] = [
  ['next-event', 'Something happens', 'the next change of an object'],
  ['next-schedule', 'A Pod gets a node', 'the next scheduling decision'],
  ['a-pod-ready', 'A Pod is ready', 'one that is not now'],
  ['all-pods-ready', 'All Pods are ready', 'and none is missing'],
  ['a-pod-fails', 'A Pod fails', 'pull, crash or kill'],
  ['a-node-not-ready', 'A node is not ready', 'it went silent'],
  ['idle', 'Nothing changes any more', 'for 30 s'],
];
const SPANS: readonly (readonly [string, number])[] = [
  ['10 seconds', 10],
  ['1 minute', 60],
  ['5 minutes', 300],
  ['1 hour', 3600],
];

/** How long the engine may take to confirm a speed. */
const ANSWER_MS = 1_000;

export function TimeBar({ compact }: { readonly compact: boolean }) {
  const page = usePage();
  const time = usePace();
  const past = time.lookingAtMicros !== undefined;
  const { sandbox } = page;
  const playing = time.playing && !past;
  const running = useUi((state) => state.running);
  return (
    <div className={css['bar']} role="group" aria-label="Time" data-compact={compact || undefined}>
      <button className={css['button']} aria-label="Step back" title="Step back  [" onClick={() => stepBack(page)}>
        <Step back />
      </button>
      <button
        className={css['button']}
        data-main
        aria-label={playing ? 'Pause' : 'Play'}
        title={`${playing ? 'Pause' : 'Play'}  Space`}
        onClick={() => {
          if (past) goLive(page);
          else if (time.playing) sandbox.time.pause();
          else sandbox.time.play();
        }}
      >
        {playing ? <Pause size={16} fill="currentColor" strokeWidth={1.5} /> : <Play size={16} />}
      </button>
      <button
        className={css['button']}
        aria-label="Step to the next event"
        title="Step  ]"
        onClick={() => {
          goLive(page);
          void sandbox.time.step();
        }}
      >
        <Step />
      </button>
      {compact ? null : <span className={css['rule']} />}
      {compact ? <CompactSpeed /> : <Speed />}
      {compact ? null : (
        <>
          <span className={css['rule']} />
          {running ? (
            <button className={css['until']} data-running onClick={() => sandbox.time.pause()}>
              Stop running
            </button>
          ) : null}
          <Menu
            align="start"
            trigger={
              <button className={css['until']} hidden={running}>
                Run until <ChevronDown size={14} />
              </button>
            }
            groups={[
              {
                items: CONDITIONS.map(([condition, label, detail]) => ({
                  label,
                  ...(detail === '' ? {} : { detail }),
                  run: () => void runTo(page, { condition }),
                })),
              },
              {
                label: 'Or for',
                items: SPANS.map(([label, seconds]) => ({
                  label,
                  run: () => void runTo(page, { atMicros: sandbox.time.state.nowMicros + seconds * 1e6 }),
                })),
              },
            ]}
          />
          <Scrubber onLook={(micros) => lookAt(page, micros)} />
        </>
      )}
      <Clock compact={compact} />
      {compact ? null : (
        <button className={css['live']} data-live={!past || undefined} aria-pressed={!past} title="Live  L" onClick={() => goLive(page)}>
          <span aria-hidden /> Live
        </button>
      )}
    </div>
  );
}

/** Alone, because it moves in every frame. */
function Clock({ compact }: { readonly compact: boolean }) {
  const time = useTime();
  const micros = shownMicros(time);
  return (
    <output className={css['clock']} aria-label="Cluster time" aria-live="off" title="Cluster time since the start; never the time of day">
      {compact ? clockText(micros).replace(/^00:/, '') : clockText(micros, time.speed < 1 && time.lookingAtMicros === undefined)}
    </output>
  );
}

const LOOK_MS = 500;
/** A leap from the start of a cluster to when it is up is no passing of time. */
const MOVE_MAX = 5e6;

/** What to say where time should go and stands: the engine's parts are still on their way, or it has too much to do. */
function useHeldUp(): HeldUp | undefined {
  const { time } = usePage().sandbox;
  const [held, setHeld] = useState<HeldUp | undefined>(undefined);
  useEffect(() => {
    // Where time is when the page opens tells nothing: the start was played, or what was saved.
    let seen = time.state.nowMicros;
    let moved = false;
    const timer = setInterval(() => {
      const { nowMicros, playing, lookingAtMicros } = time.state;
      const stands = playing && lookingAtMicros === undefined && nowMicros === seen;
      moved ||= playing && nowMicros > seen && nowMicros - seen < MOVE_MAX;
      seen = nowMicros;
      setHeld(stands ? (moved ? HELD_UP : LOADING) : undefined);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [time]);
  return held;
}

interface HeldUp {
  readonly word: string;
  readonly why: string;
}
const LOADING: HeldUp = { word: 'loading', why: 'The cluster is loading. Its time goes on when it is there.' };
const HELD_UP: HeldUp = {
  word: 'held up',
  why: 'Time stands for a moment: this computer is busy, or a part is still loading. Results stay exact.',
};

function Speed() {
  const { sandbox } = usePage();
  const held = useHeldUp();
  const time = usePace();
  const reached = useReachedSpeed();
  const index = speedIndex(time.speed);
  const drag = useRef(false);
  // The engine's answer comes later than the next key: steps count from what was asked for last.
  const asked = useRef({ index, at: 0 });
  const ask = (next: number): void => {
    const bounded = Math.min(SPEEDS.length - 1, Math.max(0, next));
    asked.current = { index: bounded, at: performance.now() };
    sandbox.time.setSpeed(SPEEDS[bounded]!);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    ask((performance.now() - asked.current.at < ANSWER_MS ? asked.current.index : index) + step);
  };
  const choose = (clientX: number, element: HTMLElement): void => {
    const box = element.getBoundingClientRect();
    const at = Math.floor(((clientX - box.left) / box.width) * SPEEDS.length);
    ask(at);
  };
  const slow = time.playing && reached < time.speed;
  const reachedIndex = slow ? speedIndex(reached) : index;
  return (
    <div className={css['speed']}>
      <div
        className={css['bars']}
        role="slider"
        tabIndex={0}
        aria-label="Speed"
        aria-valuemin={0}
        aria-valuemax={SPEEDS.length - 1}
        aria-valuenow={index}
        aria-valuetext={
          held
            ? `${speedText(time.speed)}, ${held.word}`
            : slow
              ? `${speedText(time.speed)}, reached ${speedText(reached)}`
              : speedText(time.speed)
        }
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          drag.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          choose(event.clientX, event.currentTarget);
        }}
        onPointerMove={(event) => {
          if (drag.current) choose(event.clientX, event.currentTarget);
        }}
        onPointerUp={() => {
          drag.current = false;
        }}
      >
        {SPEEDS.map((speed, at) => (
          <span
            key={speed}
            data-on={at <= reachedIndex || undefined}
            data-asked={at <= index || undefined}
            style={{ height: `${3 + at * 0.75}px` }}
          />
        ))}
      </div>
      <span
        className={css['number']}
        data-slow={slow || held !== undefined || undefined}
        title={
          held?.why ?? (slow ? `Running at ${speedText(reached)}, you asked for ${speedText(time.speed)}. Results stay exact.` : undefined)
        }
      >
        {held?.word ?? speedText(slow ? reached : time.speed)}
      </span>
    </div>
  );
}

function CompactSpeed() {
  const { sandbox } = usePage();
  const time = usePace();
  const held = useHeldUp();
  return (
    <Menu
      trigger={
        <button
          className={css['number']}
          style={{ marginLeft: 'auto' }}
          data-held={held !== undefined || undefined}
          aria-label={`Speed ${speedText(time.speed)}${held ? `, ${held.word}` : ''}`}
        >
          {held?.word ?? speedText(time.speed)}
        </button>
      }
      groups={[
        {
          label: 'Speed',
          items: SPEEDS.map((speed) => ({
            label: speedText(speed),
            checked: speed === SPEEDS[speedIndex(time.speed)],
            run: () => sandbox.time.setSpeed(speed),
          })),
        },
      ]}
    />
  );
}

/** A triangle and a bar: one step, not a jump. */
function Step({ back }: { readonly back?: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={17}
      height={17}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.9}
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden
      style={back ? { transform: 'scaleX(-1)' } : undefined}
    >
      <path d="M9.5 5.5v13L20 12z" />
      <path d="M5 5v14" />
    </svg>
  );
}
