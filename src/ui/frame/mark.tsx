/** A Pod in a tab. */
export function Mark({ size = 22 }: { readonly size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden>
      <path
        d="M1.2 18.8h1c1.4 0 2.2-.8 2.2-2.2V8.4A3.4 3.4 0 0 1 7.8 5h8.4a3.4 3.4 0 0 1 3.4 3.4v8.2c0 1.4.8 2.2 2.2 2.2h1"
        fill="none"
        stroke="var(--ink)"
        strokeWidth="2.1"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <rect x="8.7" y="9.3" width="6.6" height="6.6" rx="1.7" fill="var(--st-run)" />
    </svg>
  );
}
