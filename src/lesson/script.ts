/** solution.sh and wrong/*.sh: shell lines under step markers. What is not typed into the shell stands in comments:
 *  `# fault: node-crash worker-2`, `# wait: 60s`, `# choose: b`; `# must-fail:` and `# feedback:` head a wrong answer. Pure. */
import type { Fault } from '../sandbox/sandbox.ts';

export type Action =
  | { readonly type: 'command'; readonly line: string; readonly optional: boolean }
  | { readonly type: 'fault'; readonly fault: Fault }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'choose'; readonly option: string };

export interface Script {
  readonly steps: readonly { readonly id: string; readonly actions: readonly Action[] }[];
  readonly mustFail: readonly string[];
  readonly feedback: readonly string[];
  readonly problems: readonly string[];
}

export function parseScript(text: string): Script {
  const steps: { id: string; actions: Action[] }[] = [];
  const head = { mustFail: [] as string[], feedback: [] as string[] };
  const problems: string[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const note = /^#\s*(step|fault|wait|choose|must-fail|feedback):\s*(.*)$/.exec(line.trim());
    const current = steps.at(-1);
    if (!note) {
      if (line.trim() === '' || line.trim().startsWith('#')) continue;
      if (!current) problems.push(`line ${at + 1}: a command stands before the first step`);
      current?.actions.push({ type: 'command', line: line.replace(/\s*#\s*optional\s*$/, ''), optional: /#\s*optional\s*$/.test(line) });
      continue;
    }
    const [, name, value = ''] = note;
    if (name === 'step') {
      steps.push({ id: value.trim(), actions: [] });
      continue;
    }
    if (name === 'must-fail') {
      head.mustFail.push(...words(value));
      continue;
    }
    if (name === 'feedback') {
      head.feedback.push(...words(value));
      continue;
    }
    const action = actionOf(name!, value.trim());
    if (!action) problems.push(`line ${at + 1}: cannot read "${line.trim()}"`);
    else if (!current) problems.push(`line ${at + 1}: stands before the first step`);
    else current.actions.push(action);
  }
  return { steps, ...head, problems };
}

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

function actionOf(name: string, value: string): Action | undefined {
  if (name === 'choose') return { type: 'choose', option: value };
  if (name === 'wait') {
    const seconds = /^(\d+)s$/.exec(value)?.[1];
    return seconds === undefined ? undefined : { type: 'wait', seconds: Number(seconds) };
  }
  const [type, target, other] = value.split(/\s+/);
  switch (type) {
    case 'node-crash':
    case 'node-reboot':
    case 'node-hang':
    case 'node-remove':
      return target === undefined ? undefined : { type: 'fault', fault: { type, node: target } };
    case 'link-cut':
      return target === undefined || other === undefined ? undefined : { type: 'fault', fault: { type, between: [target, other] } };
    case 'component-kill':
      return target === undefined ? undefined : { type: 'fault', fault: { type, component: target, node: other ?? 'control-plane' } };
    default:
      return undefined;
  }
}
