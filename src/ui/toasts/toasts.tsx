/** Bottom right, one at a time, six seconds; it stays while it is looked at. */
import { useEffect, useState } from 'react';
import { Check, Gauge, GitBranch, TriangleAlert, Unplug, X } from '../icons.ts';
import { useUi } from '../ui-state.ts';
import type { Toast } from '../ui-state.ts';
import css from './toasts.module.css';

const ICONS: Readonly<Record<Toast['icon'], typeof Check>> = {
  check: Check,
  plug: Unplug,
  branch: GitBranch,
  speed: Gauge,
  warning: TriangleAlert,
};
const SHOWN_MS = 6_000;

export function Toasts() {
  const toast = useUi((state) => state.toast);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!toast || held) return undefined;
    const timer = setTimeout(() => useUi.getState().set({ toast: undefined }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, held]);
  const Icon = toast ? ICONS[toast.icon] : undefined;
  return (
    <div className={css['place']} role="status" aria-live="polite">
      {toast && Icon ? (
        <div
          key={toast.id}
          className={css['toast']}
          onPointerEnter={() => setHeld(true)}
          onPointerLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          <Icon size={18} aria-hidden />
          <p>
            <strong>{toast.title}</strong>
            {toast.detail ? <span>{toast.detail}</span> : null}
          </p>
          {toast.action ? (
            <button
              className="button small"
              onClick={() => {
                toast.action?.run();
                useUi.getState().set({ toast: undefined });
              }}
            >
              {toast.action.label}
            </button>
          ) : (
            <button className="button plain small icon" aria-label="Dismiss" onClick={() => useUi.getState().set({ toast: undefined })}>
              <X size={14} />
            </button>
          )}
        </div>
      ) : null}
    </div>
  );
}
