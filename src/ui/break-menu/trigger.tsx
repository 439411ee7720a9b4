/** The Break button; it says how many faults are on. */
import type { ComponentProps } from 'react';
import { Unplug } from '../icons.ts';

export function DropdownTrigger({
  compact,
  count,
  ...rest
}: ComponentProps<'button'> & { readonly compact: boolean; readonly count: number }) {
  return (
    <button {...rest} className={compact ? 'button icon' : 'button'} aria-label={compact ? 'Break' : undefined}>
      <Unplug size={15} aria-hidden />
      {compact ? null : 'Break'}
      {count > 0 ? (
        <span className="tnum" style={{ color: 'var(--you)' }}>
          {count}
        </span>
      ) : null}
    </button>
  );
}
