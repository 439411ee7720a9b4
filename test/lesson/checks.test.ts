/** Checks as pure functions: partial objects, expressions over a result, and the rules of needs, stable and throughout. */
import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/lesson/lesson.ts';
import { difference } from '../../src/lesson/match.ts';
import { advance, START } from '../../src/lesson/progress.ts';
import type { CheckProgress } from '../../src/lesson/progress.ts';
import { parseTruth, trueOption } from '../../src/lesson/truth.ts';

describe('difference', () => {
  const rows: readonly (readonly [pattern: unknown, value: unknown, said: string | undefined])[] = [
    [{ spec: { replicas: 3 } }, { spec: { replicas: 3, paused: true } }, undefined],
    [{ spec: { replicas: 3 } }, { spec: { replicas: 2 } }, 'spec.replicas is 2, not 3'],
    [{ status: { readyReplicas: 3 } }, {}, 'status is missing, not {"readyReplicas":3}'],
    [
      { conditions: [{ type: 'Ready', status: 'Unknown' }] },
      {
        conditions: [
          { type: 'DiskPressure', status: 'False' },
          { type: 'Ready', status: 'Unknown', reason: 'x' },
        ],
      },
      undefined,
    ],
    [
      { conditions: [{ type: 'Ready', status: 'Unknown' }] },
      { conditions: [{ type: 'Ready', status: 'True' }] },
      'conditions.status is True, not Unknown',
    ],
    [{ ports: [{ port: 80 }] }, { ports: [{ port: 8080 }] }, 'ports is missing, not {"port":80}'],
    [{ args: ['a'] }, { args: ['b', 'a'] }, undefined],
    [{ args: ['a'] }, { args: 'a' }, 'args is not a list'],
  ];
  it.each(rows)('%j in %j', (pattern, value, said) => {
    expect(difference(pattern, value)).toBe(said);
  });
});

describe('truth', () => {
  const outcome = { exit: 1, stdout: 'ok ok lost', stderr: "can't connect" };
  const rows: readonly (readonly [text: string, holds: boolean])[] = [
    ['exit == 1', true],
    ['exit == 0', false],
    ['exit != 0', true],
    ["stdout.contains('lost')", true],
    ["!stdout.contains('lost')", false],
    ["exit != 0 && stderr.contains('onnect')", true],
    ["exit == 0 || stdout.contains('ok')", true],
    ["!(exit == 0 || stdout.contains('gone'))", true],
    ["stderr.contains('can\\'t')", true],
    ['exit == 0 && exit == 1 || exit == 1', true],
  ];
  it.each(rows)('%s', (text, holds) => {
    const truth = parseTruth(text);
    expect(typeof truth === 'function' && truth(outcome)).toBe(holds);
    expect(typeof truth).toBe('function');
  });
  it.each(['', 'exit', 'exit = 0', 'stdout', 'stdout.contains(ok)', 'exit == 0 exit == 1', '(exit == 0', 'code == 0', '#'])(
    'refuses %j with a sentence',
    (text) => {
      expect(typeof parseTruth(text)).toBe('string');
    },
  );
  it('wants exactly one option to come true', () => {
    expect(trueOption({ a: 'exit == 1', b: 'exit == 0' }, outcome)).toBe('a');
    expect(trueOption({ a: 'exit == 1', b: 'exit != 0' }, outcome)).toBeUndefined();
  });
});

const CHECK: Check = {
  id: 'a',
  say: '',
  condition: { type: 'ran', verb: 'get' },
  when: { type: 'now' },
  initiallyPasses: false,
  needs: [],
};
const yes = { holds: true, evidence: 'yes' };
const no = { holds: false, evidence: 'no' };

describe('advance', () => {
  it('is met while it holds', () => {
    expect(advance(CHECK, START, yes, {}, 0).state).toBe('met');
    expect(advance(CHECK, { state: 'met', evidence: '' }, no, {}, 0)).toEqual({ state: 'not-met', evidence: 'no' });
  });
  it('waits for what it needs', () => {
    const check: Check = { ...CHECK, needs: ['b'] };
    expect(advance(check, START, undefined, {}, 0).state).toBe('waiting');
    expect(advance(check, START, yes, { b: { state: 'met', evidence: '' } }, 0).state).toBe('met');
  });
  it('holds for its time without a break', () => {
    const check: Check = { ...CHECK, when: { type: 'stable', seconds: 10 } };
    const at = (before: CheckProgress, seconds: number, seen = yes) => advance(check, before, seen, {}, seconds * 1e6);
    const first = at(START, 5);
    expect(first).toMatchObject({ state: 'holding', share: 0 });
    expect(at(first, 14)).toMatchObject({ state: 'holding', evidence: '9 of 10 s so far.' });
    expect(at(first, 15).state).toBe('met');
    const broken = at(first, 12, no);
    expect(broken.state).toBe('not-met');
    expect(at(broken, 16).state).toBe('holding');
  });
  it('a guard once lost stays lost, and one that never held is not lost', () => {
    const guard: Check = { ...CHECK, when: { type: 'throughout' }, initiallyPasses: true };
    const held = advance(guard, START, yes, {}, 0);
    expect(held.state).toBe('met');
    const lost = advance(guard, held, no, {}, 1);
    expect(lost.state).toBe('broken');
    expect(advance(guard, lost, yes, {}, 2).state).toBe('broken');
    expect(advance(guard, START, no, {}, 0).state).toBe('not-met');
  });
});
