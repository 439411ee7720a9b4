/** What a person does at a command that waits for them: Ctrl-C at one that never ends, input at one that asks for it. */

const ENDLESS: readonly RegExp[] = [
  /\bkubectl\b[^|;&]*\s(-w|--watch|--watch=true|--watch-only)(\s|$|\))/,
  /\b(kubectl|k)\b[^|;&]*\s(get|events)\b[^|;&]*\s-[AR]*w[AR]*(\s|$)/,
  /\blogs\b[^|;&]*\s(-f|--follow|--follow=true|-f\w+|-\w*f)(\s|$|\))/,
  /\b(kubectl|k)\b[^|;&]*\s(port-forward|proxy|attach)\b/,
  /(^|[;|(&]|\s--\s|\bsudo\s)\s*(top|htop|watch|stern|tcpdump)(\s|$)/,
  /\btail\b[^|;&]*\s(-\w*f\w*|--follow)(\s|$)/,
  /(^|[\s;(])(while|until)\s+(true|false|:|sleep|\[\s*1\s*\])/,
  /(^|[;&(])\s*yes\s*$/,
  /(^|[\s;|(])ping\s+(?!.*-\w*c)/,
];

/** Comments and quoted words are no part of a command's form. */
const bare = (command: string): string =>
  command
    .replace(/\\\n/g, ' ')
    .replace(/(^|\s)#[^\n]*/g, '$1')
    .replace(/"[^"]*"|'[^']*'/g, (quoted) => (/\b(while|tail|top|watch)\b/.test(quoted) ? quoted.slice(1, -1) : '""'));

/** It runs until somebody presses Ctrl-C. */
export function isEndless(command: string): boolean {
  const form = bare(command);
  return !/&\s*$/.test(form.trim().replace(/&&\s*$/, '')) && ENDLESS.some((pattern) => pattern.test(form));
}

/** It reads what is typed: `exec -it`, `run -it`, `debug -it`, `attach -it`, in any spelling. */
export function isInteractive(command: string): boolean {
  const form = bare(command).split(/\s--\s/)[0] ?? '';
  return /\b(kubectl|k)\b.*\s(exec|run|debug|attach)\b/s.test(form) && /\s(-[a-z]*[it][a-z]*|--stdin|--tty|--stdin=true)(\s|$)/.test(form);
}
