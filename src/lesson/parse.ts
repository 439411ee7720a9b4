/** lesson.yaml to a Lesson, or every mistake with its field. The page, the checker and the author's view read with this
 *  one function. */
import { parseYaml, YamlError } from '../api/yaml.ts';
import type { Fault } from '../sandbox/sandbox.ts';
import type { Check, Condition, Hint, Lesson, LessonProblem, LessonStep, Misconception, Prediction, StepType, When } from './lesson.ts';
import { Reader } from './reader.ts';
import { parseTruth } from './truth.ts';

const STEP_TYPES: readonly StepType[] = ['read', 'do', 'investigate', 'predict', 'fix'];
const ID = /^[a-z0-9]+([.-][a-z0-9]+)*$/;

export function parseLesson(text: string): { readonly lesson?: Lesson; readonly problems: readonly LessonProblem[] } {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { problems: [{ field: `line ${error.line}`, message: error.message }] };
  }
  const reader = new Reader(value, '', []);
  reader.only(['format', 'id', 'title', 'minutes', 'level', 'needs', 'maps', 'params', 'layout', 'clock', 'steps', 'score']);
  if (reader.raw('format') !== 1) reader.problem('format', 'must be 1');
  const clock = reader.child('clock');
  const lesson: Lesson = {
    id: reader.text('id', ID),
    title: reader.text('title'),
    minutes: reader.number('minutes', 1),
    level: reader.choice('level', ['beginner', 'intermediate', 'advanced'], 'beginner'),
    needs: reader.texts('needs'),
    maps: reader.record('maps'),
    clock: { start: clock.choice('start', ['playing', 'paused'], 'playing'), speed: clock.number('speed', 1, 1) },
    steps: reader.list('steps').map(step),
  };
  if (lesson.steps.length === 0) reader.problem('steps', 'a lesson has at least one step');
  unique(
    reader,
    'steps',
    lesson.steps.map((one) => one.id),
  );
  unique(
    reader,
    'steps',
    lesson.steps.flatMap((one) => one.checks.map((check) => check.id)),
  );
  return reader.problems.length > 0 ? { problems: reader.problems } : { lesson, problems: [] };
}

function unique(reader: Reader, field: string, ids: readonly string[]): void {
  ids.forEach((id, at) => {
    if (ids.indexOf(id) !== at) reader.problem(field, `the id ${id} is used twice`);
  });
}

function step(reader: Reader): LessonStep {
  reader.only(['id', 'type', 'checks', 'hints', 'misconceptions', 'fail', 'ask', 'options', 'fault', 'wait', 'run', 'truth']);
  const type = reader.choice('type', STEP_TYPES, 'read');
  const checks = reader.list('checks').map(check);
  if (type === 'read' || type === 'predict' ? checks.length > 0 : checks.length === 0)
    reader.problem('checks', type === 'read' || type === 'predict' ? `a ${type} step has no checks` : `a ${type} step needs checks`);
  const known = new Set(checks.map((one) => one.id));
  for (const one of checks)
    for (const need of one.needs) if (!known.has(need)) reader.problem('checks', `${one.id} needs ${need}, which is no check of this step`);
  const fail = reader.raw('fail') === undefined ? undefined : reader.child('fail');
  const failed = fail && condition(fail, ['say', 'offer']);
  return {
    id: reader.text('id', ID),
    type,
    checks,
    hints: reader.list('hints').map(hint),
    misconceptions: reader.list('misconceptions').map(misconception),
    ...(type === 'predict' ? { prediction: prediction(reader) } : {}),
    ...(fail && failed ? { fail: { condition: failed, say: fail.text('say') } } : {}),
  };
}

function check(reader: Reader): Check {
  const found = condition(reader, ['id', 'say', 'when', 'initially', 'needs', 'weight']);
  return {
    id: reader.text('id', ID),
    say: reader.text('say'),
    condition: found ?? { type: 'ran', verb: '' },
    when: when(reader),
    initiallyPasses: reader.raw('initially') === 'pass',
    needs: reader.texts('needs'),
  };
}

function when(reader: Reader): When {
  const text = reader.raw('when');
  if (text === undefined || text === 'now') return { type: 'now' };
  if (text === 'throughout') return { type: 'throughout' };
  const stable = /^stable (\d+)s$/.exec(asText(text));
  if (stable) return { type: 'stable', seconds: Number(stable[1]) };
  reader.problem('when', 'is one of: now, stable 30s, throughout');
  return { type: 'now' };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

const CONDITIONS = ['object', 'absent', 'probe', 'ran'] as const;

function condition(reader: Reader, beside: readonly string[]): Condition | undefined {
  reader.only([...CONDITIONS, ...beside]);
  const named = CONDITIONS.filter((name) => reader.raw(name) !== undefined);
  if (named.length !== 1) {
    reader.problem('', `has exactly one of: ${CONDITIONS.join(', ')}`);
    return undefined;
  }
  const type = named[0]!;
  const inner = reader.child(type);
  switch (type) {
    case 'object': {
      inner.only(['kind', 'namespace', 'name', 'match', 'atLeast']);
      const name = inner.raw('name');
      const match = inner.raw('match');
      return {
        type,
        kind: inner.text('kind'),
        namespace: inner.optional('namespace') ?? 'default',
        atLeast: inner.number('atLeast', 1, 1),
        ...(typeof name === 'string' ? { name } : {}),
        ...(typeof match === 'object' && match !== null ? { match } : {}),
      };
    }
    case 'absent':
      inner.only(['kind', 'namespace', 'name']);
      return { type, kind: inner.text('kind'), namespace: inner.optional('namespace') ?? 'default', name: inner.text('name') };
    case 'probe':
      inner.only(['from', 'get', 'tries', 'ok']);
      return {
        type,
        from: inner.text('from', /^pod\/.+$/),
        get: inner.text('get', /^http:\/\//),
        tries: inner.number('tries', 1, 1),
        ok: inner.number('ok', 1, 1),
      };
    case 'ran': {
      inner.only(['verb', 'resource']);
      const resource = inner.optional('resource');
      return { type, verb: inner.text('verb'), ...(resource === undefined ? {} : { resource }) };
    }
  }
}

function hint(reader: Reader): Hint {
  reader.only(['after', 'say', 'point']);
  const after = reader.child('after');
  const idle = /^(\d+)s$/.exec(asText(after.raw('idle')))?.[1];
  const fails = after.raw('fails');
  return {
    say: reader.text('say'),
    point: reader.texts('point'),
    ...(idle === undefined ? {} : { afterIdleSeconds: Number(idle) }),
    ...(typeof fails === 'number' ? { afterFails: fails } : {}),
  };
}

function misconception(reader: Reader): Misconception {
  reader.only(['id', 'if', 'say']);
  return { id: reader.text('id', ID), condition: condition(reader.child('if'), []) ?? { type: 'ran', verb: '' }, say: reader.text('say') };
}

function prediction(reader: Reader): Prediction {
  const options = reader.list('options').map((one) => {
    one.only(['id', 'say', 'overlooks']);
    const overlooks = one.optional('overlooks');
    return { id: one.text('id', ID), say: one.text('say'), ...(overlooks === undefined ? {} : { overlooks }) };
  });
  const truth = reader.record('truth');
  if (options.length < 2 || options.length > 4) reader.problem('options', 'has two to four options');
  for (const option of options) if (truth[option.id] === undefined) reader.problem('truth', `says nothing of ${option.id}`);
  for (const [id, text] of Object.entries(truth)) {
    const mistake = parseTruth(text);
    if (typeof mistake === 'string') reader.problem(`truth.${id}`, mistake);
  }
  const fault = reader.raw('fault');
  return {
    ask: reader.text('ask'),
    options,
    waitSeconds: Number(/^(\d+)s$/.exec(asText(reader.raw('wait')))?.[1] ?? 0),
    run: reader.text('run'),
    truth,
    ...(typeof fault === 'object' && fault !== null ? { fault: fault as Fault } : {}),
  };
}
