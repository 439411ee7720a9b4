/** A Pod's mark in a panel, drawn from the same table as the board's. */
import { useId } from 'react';
import type { PodState } from '../model/pod-view.ts';
import { MARKS, SQUARE, STATE_TOKEN, STATE_WORDS } from './marks.ts';

export function PodMark({
  state,
  size = 18,
  label = true,
}: {
  readonly state: PodState;
  readonly size?: number;
  readonly label?: boolean;
}) {
  const clip = useId();
  const color = `var(--st-${STATE_TOKEN[state]})`;
  const ink = (what: 'state' | 'knock' | undefined) => (what === undefined ? 'none' : what === 'state' ? color : 'var(--st-knock)');
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      {...(label ? { role: 'img', 'aria-label': STATE_WORDS[state] } : { 'aria-hidden': true })}
    >
      <clipPath id={clip}>
        <path d={SQUARE} />
      </clipPath>
      {MARKS[state].map((part, at) => (
        <path
          key={at}
          d={part.d}
          fill={ink(part.fill)}
          stroke={ink(part.stroke)}
          strokeWidth={part.width}
          strokeDasharray={part.dash?.join(' ')}
          strokeLinecap={part.dash ? 'butt' : 'round'}
          strokeLinejoin="round"
          opacity={part.alpha}
          clipPath={part.clipped ? `url(#${clip})` : undefined}
        />
      ))}
    </svg>
  );
}
