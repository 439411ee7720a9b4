/** Colours the state words of kubectl's tables on their way to the terminal. The bytes stay kubectl's; only colour codes
 *  are put around whole cells. Pure, line by line; text that already carries colour is left alone. */

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const BLUE = 34;
const GREY = 90;

const WORDS: Readonly<Record<string, number>> = {
  Running: GREEN,
  Ready: GREEN,
  Active: GREEN,
  Bound: GREEN,
  Available: GREEN,
  Pending: YELLOW,
  ContainerCreating: YELLOW,
  PodInitializing: YELLOW,
  'Ready,SchedulingDisabled': YELLOW,
  CrashLoopBackOff: RED,
  ImagePullBackOff: RED,
  ErrImagePull: RED,
  InvalidImageName: RED,
  Error: RED,
  OOMKilled: RED,
  Evicted: RED,
  NotReady: RED,
  Failed: RED,
  CreateContainerConfigError: RED,
  CreateContainerError: RED,
  RunContainerError: RED,
  'NotReady,SchedulingDisabled': RED,
  Completed: BLUE,
  Succeeded: BLUE,
  Terminating: GREY,
  Unknown: GREY,
};

const CELL = new RegExp(
  `(^|\\s{2,})(${Object.keys(WORDS)
    .sort((a, b) => b.length - a.length)
    .join('|')}|Init:[A-Za-z0-9/:]+)(?=\\s{2,}|\\r?$)`,
  'gm',
);

export function colourStates(text: string): string {
  if (text.length > 200_000) return text;
  return text
    .split('\n')
    .map((line) => (line.includes('\u001b[') ? line : colourLine(line)))
    .join('\n');
}

function colourLine(line: string): string {
  return line.replace(
    CELL,
    (_all, before: string, word: string) =>
      `${before}\u001b[${WORDS[word] ?? (/Error|BackOff/.test(word) ? RED : YELLOW)}m${word}\u001b[39m`,
  );
}
