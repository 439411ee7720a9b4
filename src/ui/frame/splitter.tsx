/** The line between two panels: dragged, or moved with the arrow keys. */
import type { KeyboardEvent, PointerEvent } from 'react';
import { DEFAULTS, useUi } from '../ui-state.ts';
import css from './frame.module.css';

const LIMITS = { min: 0.2, max: 0.85 };

export function Splitter({ axis }: { readonly axis: 'x' | 'y' }) {
  const name = axis === 'x' ? 'columns' : 'rows';
  const share = useUi((state) => state[name]);
  const move = (next: number): void => useUi.getState().set({ [name]: Math.min(LIMITS.max, Math.max(LIMITS.min, next)) });
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    const handle = event.currentTarget;
    const box = handle.parentElement!.getBoundingClientRect();
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (moved) => move(axis === 'x' ? (moved.clientX - box.left) / box.width : (moved.clientY - box.top) / box.height);
    handle.onpointerup = handle.onpointercancel = () => {
      handle.onpointermove = null;
    };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -0.02, ArrowUp: -0.02, ArrowRight: 0.02, ArrowDown: 0.02 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(share + step);
  };
  return (
    <div
      className={css['handle']}
      data-axis={axis}
      role="separator"
      tabIndex={0}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-label={axis === 'x' ? 'Width of the left panels' : 'Height of the upper panels'}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={20}
      aria-valuemax={85}
      style={axis === 'x' ? { left: `${share * 100}%` } : { top: `${share * 100}%` }}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={() => move(DEFAULTS[name])}
    />
  );
}
