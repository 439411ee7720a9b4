/** The tokens as the canvas needs them: read once a theme, never written down a second time. */
export interface Palette {
  readonly page: string;
  readonly panel: string;
  readonly raised: string;
  readonly line: string;
  readonly line2: string;
  readonly edge: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly you: string;
  readonly use: string;
  readonly ask: string;
  readonly knock: string;
  readonly state: Readonly<Record<StateToken, string>>;
  readonly text: Readonly<Record<StateToken, string>>;
  readonly bodyAlpha: number;
  readonly borderAlpha: number;
  readonly stateLine: number;
  readonly hairline: number;
  readonly ui: string;
  readonly mono: string;
  /** Root size over 16: the projector theme draws everything larger. */
  readonly scale: number;
}
type StateToken = 'run' | 'wait' | 'fail' | 'done' | 'gone';

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string): string => style.getPropertyValue(name).trim();
  const states = (suffix: string) => ({
    run: get(`--st-run${suffix}`),
    wait: get(`--st-wait${suffix}`),
    fail: get(`--st-fail${suffix}`),
    done: get(`--st-done${suffix}`),
    gone: get(`--st-gone${suffix}`),
  });
  return {
    page: get('--page'),
    panel: get('--panel'),
    raised: get('--raised'),
    line: get('--line'),
    line2: get('--line-2'),
    edge: get('--edge'),
    ink: get('--ink'),
    ink2: get('--ink-2'),
    ink3: get('--ink-3'),
    you: get('--you'),
    use: get('--use'),
    ask: get('--ask'),
    knock: get('--st-knock'),
    state: states(''),
    text: states('-text'),
    bodyAlpha: parseFloat(get('--st-body')) / 100,
    borderAlpha: parseFloat(get('--st-border')) / 100,
    stateLine: parseFloat(get('--state-line')),
    hairline: parseFloat(get('--hairline')),
    ui: get('--font-ui'),
    mono: get('--font-mono'),
    scale: parseFloat(style.fontSize) / 16 || 1,
  };
}
