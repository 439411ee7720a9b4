/** The lesson format: what is accepted, and the field that each mistake is told at. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseLesson } from '../../src/lesson/parse.ts';
import { parseScript } from '../../src/lesson/script.ts';
import { startState } from '../../src/lesson/start-state.ts';
import { parseText } from '../../src/lesson/text.ts';

const FOLDER = new URL('../../lessons/10-first-hour/010-what-a-cluster-does/', import.meta.url);
const file = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const SOUND = file('lesson.yaml');

describe('the first lesson', () => {
  const { lesson, problems } = parseLesson(SOUND);

  it('is sound', () => {
    expect(problems).toEqual([]);
    expect(lesson?.steps.map((step) => step.id)).toEqual(['look', 'ask', 'predict', 'unplug', 'explain']);
  });

  it('has prose for every step, and no other', () => {
    expect(parseText(file('text.md')).map((section) => section.id)).toEqual(lesson?.steps.map((step) => step.id));
  });

  it('has a solution that names its steps in order', () => {
    const script = parseScript(file('solution.sh'));
    expect(script.problems).toEqual([]);
    expect(script.steps.map((step) => step.id)).toEqual(lesson?.steps.map((step) => step.id));
  });

  it.each(['wrong/01-one-replica.sh', 'wrong/02-lowers-the-wish.sh'])('%s names checks and misconceptions that exist', (name) => {
    const script = parseScript(file(name));
    const checks = lesson?.steps.flatMap((step) => step.checks.map((check) => check.id)) ?? [];
    const misconceptions = lesson?.steps.flatMap((step) => step.misconceptions.map((one) => one.id)) ?? [];
    expect(script.problems).toEqual([]);
    expect(script.mustFail.length).toBeGreaterThan(0);
    expect(script.feedback.length).toBeGreaterThan(0);
    for (const id of script.mustFail) expect(checks).toContain(id);
    for (const id of script.feedback) expect(misconceptions).toContain(id);
  });

  it('starts with three nodes and a client', () => {
    const start = startState(file('cluster.yaml'));
    expect(start.nodes).toBe(3);
    expect(start.manifests).toHaveLength(1);
  });

  it('never puts the command in a hint', () => {
    const commands = parseScript(file('solution.sh')).steps.flatMap((step) =>
      step.actions.flatMap((action) => (action.type === 'command' ? [action.line] : [])),
    );
    for (const hint of lesson?.steps.flatMap((step) => step.hints) ?? [])
      for (const command of commands) expect(hint.say).not.toContain(command);
  });
});

describe('mistakes are told at their field', () => {
  const rows: readonly (readonly [change: string, from: string, to: string, field: string])[] = [
    ['another format', 'format: 1', 'format: 2', 'format'],
    ['no title', 'title: What a cluster does\n', '', 'title'],
    ['an unknown field', 'minutes: 10', 'minutes: 10\nminuts: 9', 'minuts'],
    ['an unknown step type', 'type: investigate', 'type: watch', 'steps[0].type'],
    ['a check without a condition', 'ran: {verb: get, resource: nodes}', 'when: now', 'steps[0].checks[0]'],
    ['two conditions', 'ran: {verb: get, resource: nodes}', 'ran: {verb: get}\n        absent: {kind: Pod, name: x}', 'steps[0].checks[0]'],
    ['a need that is nowhere', 'needs: [three-ready, has-service]', 'needs: [three-reddy]', 'steps[1].checks'],
    ['a bad time', 'when: stable 10s', 'when: stable long', 'steps[3].checks[1].when'],
    ['a truth that cannot be read', "!stdout.contains('ok')\"", '!stdout.has()"', 'steps[2].truth.never'],
    ['an id twice', '- id: has-service', '- id: three-ready', 'steps'],
    ['an option without truth', '      never: "!stdout', '      nevr: "!stdout', 'steps[2].truth'],
  ];
  it.each(rows)('%s', (_change, from, to, field) => {
    expect(SOUND).toContain(from);
    const { lesson, problems } = parseLesson(SOUND.replace(from, to));
    expect(lesson).toBeUndefined();
    expect(problems.map((one) => one.field)).toContain(field);
  });

  it('tells the line of broken YAML', () => {
    expect(parseLesson('format: 1\n  id: x\n').problems[0]?.field).toMatch(/^line \d+$/);
  });
});

describe('scripts', () => {
  it('reads actions', () => {
    const script = parseScript(
      '# must-fail: a, b\n# step: one\nkubectl get pods # optional\n# fault: link-cut worker-1 control-plane\n# wait: 20s\n# choose: b\n# a remark\n',
    );
    expect(script.mustFail).toEqual(['a', 'b']);
    expect(script.steps).toEqual([
      {
        id: 'one',
        actions: [
          { type: 'command', line: 'kubectl get pods', optional: true },
          { type: 'fault', fault: { type: 'link-cut', between: ['worker-1', 'control-plane'] } },
          { type: 'wait', seconds: 20 },
          { type: 'choose', option: 'b' },
        ],
      },
    ]);
  });
  it.each(['# step: a\n# wait: long', '# step: a\n# fault: earthquake', 'kubectl get pods', '# wait: 3s'])('refuses %j', (text) => {
    expect(parseScript(text).problems).toHaveLength(1);
  });
});

describe('prose', () => {
  it('becomes a tree', () => {
    const [section] = parseText('---\na: b\n---\n## Do {#do}\n\nSay `x`\nand **y**.\n\n- one\n- two\n\n```sh\nkubectl get nodes\n```\n');
    expect(section).toEqual({
      id: 'do',
      title: 'Do',
      blocks: [
        {
          type: 'paragraph',
          inlines: [
            { type: 'text', text: 'Say ' },
            { type: 'code', text: 'x' },
            { type: 'text', text: ' and ' },
            { type: 'strong', text: 'y' },
            { type: 'text', text: '.' },
          ],
        },
        { type: 'list', items: [[{ type: 'text', text: 'one' }], [{ type: 'text', text: 'two' }]] },
        { type: 'commands', lines: ['kubectl get nodes'] },
      ],
    });
  });
});
