/** One turn a frame for everything that the page shows: first stores gather what came, then what draws draws it. So a
 *  frame shows one moment, and whatever comes a hundred times between two frames costs once. */

type Turn = () => void;

const gathering = new Set<Turn>();
const drawing = new Set<Turn>();
/** A page that is hidden gets no frames; it still must not fall behind for ever. */
const HIDDEN_MS = 200;
let asked: 'frame' | 'timer' | undefined;

/** Before anything is drawn in the next frame; once, however often it is asked for. */
export function gather(turn: Turn): void {
  gathering.add(turn);
  ask();
}

/** In the next frame, after all stores; asked for while drawing it is the frame after. */
export function draw(turn: Turn): void {
  drawing.add(turn);
  ask();
}

export function dropTurn(turn: Turn): void {
  gathering.delete(turn);
  drawing.delete(turn);
}

function ask(): void {
  if (asked !== undefined) return;
  const hidden = document.visibilityState === 'hidden';
  asked = hidden ? 'timer' : 'frame';
  if (hidden) setTimeout(run, HIDDEN_MS);
  else {
    requestAnimationFrame(run);
    document.addEventListener('visibilitychange', hiddenMeanwhile, { once: true });
  }
}

/** The frame that was asked for does not come while the page is hidden. */
function hiddenMeanwhile(): void {
  if (asked === 'frame' && document.visibilityState === 'hidden') setTimeout(run, HIDDEN_MS);
}

function run(): void {
  if (asked === undefined) return;
  asked = undefined;
  document.removeEventListener('visibilitychange', hiddenMeanwhile);
  try {
    // A store that hears of another joins the same frame: the set grows while it is walked.
    for (const turn of gathering) {
      gathering.delete(turn);
      turn();
    }
  } finally {
    const turns = [...drawing];
    drawing.clear();
    for (const turn of turns) turn();
  }
}

/** A source as the panels read it: the first change at once, then at most one in `everyMs`, and always the last. Text
 *  that changes sixty times a second is read by nobody, and React draws whole panels for it. */
export interface Paced<T> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly value: () => T;
}

export function paced<T>(subscribe: (listener: () => void) => unknown, read: () => T, everyMs: number): Paced<T> {
  const listeners = new Set<() => void>();
  let value = read();
  let shownAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    const next = read();
    if (next === value) return;
    value = next;
    shownAt = performance.now();
    for (const listener of listeners) listener();
  };
  subscribe(() => {
    const left = shownAt + everyMs - performance.now();
    if (left <= 0) show();
    else
      timer ??= setTimeout(() => {
        timer = undefined;
        gather(show);
      }, left);
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    value: () => value,
  };
}
