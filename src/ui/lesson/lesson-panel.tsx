/** The lesson beside the cluster: where one is, what to do, what is checked, and a hint when it is wanted. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { gateOf, gateSentence } from '../../lesson/hints.ts';
import type { HintGate } from '../../lesson/hints.ts';
import type { LessonStep } from '../../lesson/lesson.ts';
import { createLessonRun } from '../../lesson/run.ts';
import type { LessonRun, LessonState } from '../../lesson/run.ts';
import { ArrowRight, Eye, Lightbulb, Map, RotateCcw, X } from '../icons.ts';
import { useCluster, useCommands, useNowMs, usePage } from '../page.tsx';
import type { Page } from '../page.tsx';
import { useUi } from '../ui-state.ts';
import { CheckRow } from './check-row.tsx';
import { openLesson } from './lessons.ts';
import type { OpenLesson } from './lessons.ts';
import { Predict } from './predict.tsx';
import { Prose } from './prose.tsx';
import css from './lesson.module.css';

const LOOK_EVERY_MS = 400;

export function LessonPanel({ id }: { readonly id: string }) {
  const [open, setOpen] = useState<OpenLesson | undefined>(undefined);
  const [error, setError] = useState<string | undefined>(undefined);
  useEffect(() => {
    void openLesson(id).then(setOpen, (reason: unknown) =>
      setError(reason instanceof Error ? reason.message : 'The lesson cannot be read.'),
    );
  }, [id]);
  if (error !== undefined)
    return (
      <section className={css['panel']} data-area="lesson">
        <p className="notice">
          {error}{' '}
          <button className="link" onClick={() => useUi.getState().set({ lesson: undefined })}>
            Back to the sandbox
          </button>
        </p>
      </section>
    );
  return (
    <section className={css['panel']} aria-label="Lesson" data-area="lesson">
      {open ? <Lesson open={open} /> : null}
    </section>
  );
}

function Lesson({ open }: { readonly open: OpenLesson }) {
  const page = usePage();
  const run = useMemo(() => createLessonRun(open.lesson, page.sandbox), [open, page]);
  const [state, setState] = useState<LessonState>(() => run.state());
  const [hints, setHints] = useState(0);
  const [solution, setSolution] = useState(false);
  const gate = useGate(open.lesson.steps[state.step]!, hints, state);
  useLooking(page, run, setState);
  useStepKept(open.lesson.id, run, setState);
  const step = open.lesson.steps[state.step]!;
  const section = open.sections.find((one) => one.id === step.id);
  const last = state.step === open.lesson.steps.length - 1;
  const go = (next: LessonState): void => {
    setState(next);
    setHints(0);
    setSolution(false);
    keepStep(open.lesson.id, next.step);
  };
  usePointing(page, step.hints[hints - 1]?.point ?? []);
  const lines = solutionOf(open.solution, step.id);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (body.current) body.current.scrollTop = 0;
  }, [state.step]);
  return (
    <>
      <header className={css['head']}>
        <p className={css['crumbs']}>
          <Map size={14} aria-hidden /> Course <span aria-hidden>›</span> First hour <span aria-hidden>›</span> Lesson 1{' '}
          <span className={css['minutes']}>about {open.lesson.minutes} min</span>
          <button
            className="button plain small icon"
            aria-label="Leave the lesson"
            onClick={() => useUi.getState().set({ lesson: undefined })}
          >
            <X size={14} />
          </button>
        </p>
        <h2>{open.lesson.title}</h2>
        <ol className={css['steps']}>
          {open.lesson.steps.map((one, at) => (
            <li
              key={one.id}
              data-done={at < state.step || undefined}
              data-now={at === state.step || undefined}
              aria-current={at === state.step ? 'step' : undefined}
            >
              <span />
              {NAMES[one.type]}
            </li>
          ))}
        </ol>
      </header>
      <div className={css['body']} ref={body} tabIndex={0} role="region" aria-label="Lesson text">
        <h3>
          {state.step + 1}. {section?.title ?? step.id}
        </h3>
        {section ? <Prose blocks={section.blocks} /> : null}
        {step.prediction ? (
          <Predict asked={step.prediction} state={state} onCommit={(option) => run.predict(option).then(setState)} />
        ) : null}
        {step.checks.length > 0 ? (
          <ul className={css['checks']}>
            {step.checks.map((check) => (
              <CheckRow key={check.id} check={check} progress={state.progress[check.id]} />
            ))}
          </ul>
        ) : null}
        {state.lost !== undefined ? (
          <div className={css['lost']}>
            <p>
              <b>This step can no longer pass from here.</b> {state.lost} Nothing is lost: begin the lesson's cluster again.
            </p>
            <button className="button filled" onClick={() => page.reset()}>
              <RotateCcw size={15} /> Restart
            </button>
          </div>
        ) : null}
        {hints > 0 || state.misconception ? (
          <div className={css['hint']} role="status">
            <Lightbulb size={18} aria-hidden />
            <div>
              {step.hints.slice(0, hints).map((hint) => (
                <p key={hint.say}>
                  <HintText text={hint.say} />
                </p>
              ))}
              {state.misconception ? <p className={css['misconception']}>{state.misconception.say}</p> : null}
            </div>
          </div>
        ) : null}
        {solution ? (
          <div className={css['solution']}>
            <p className="quiet">One way. Press a line to type it.</p>
            {lines.map((line) => (
              <button key={line} className="chip" onClick={() => page.terminal.type(line)}>
                {line}
              </button>
            ))}
          </div>
        ) : null}
        {last
          ? open.debrief.map((one) => (
              <div key={one.title}>
                <h4>{one.title}</h4>
                <Prose blocks={one.blocks} />
              </div>
            ))
          : null}
      </div>
      <footer className={css['foot']}>
        {step.hints.length > 0 ? (
          <button
            className="button"
            aria-disabled={gate.type !== 'open'}
            title={gate.type === 'closed' ? `The next hint comes ${gateSentence(gate)}` : undefined}
            onClick={() => {
              if (gate.type === 'open') setHints(hints + 1);
            }}
          >
            <Lightbulb size={15} /> {hints === 0 ? 'Hint' : 'Next hint'}{' '}
            <span className="quiet">{gate.type === 'closed' ? `in ${gate.inSeconds} s` : `${hints} of ${step.hints.length}`}</span>
          </button>
        ) : null}
        {lines.length > 0 ? (
          <button className="button plain" onClick={() => setSolution(!solution)}>
            <Eye size={15} /> {solution ? 'Hide solution' : 'Show solution'}
          </button>
        ) : null}
        <span className={css['space']} />
        <button
          className="button plain icon"
          aria-label="Restart the lesson"
          title="Restart the lesson"
          onClick={() => {
            keepStep(open.lesson.id, 0);
            page.reset();
          }}
        >
          <RotateCcw size={16} />
        </button>
        {last ? (
          <button className="button filled" onClick={() => useUi.getState().set({ lesson: undefined })}>
            To the sandbox
          </button>
        ) : (
          <button className={state.done ? 'button filled' : 'button'} disabled={!state.done} onClick={() => go(run.next())}>
            Next step <ArrowRight size={15} />
          </button>
        )}
      </footer>
    </>
  );
}

const SECOND_MS = 1_000;

/** Counts what the learner has tried since the step began or the last hint was read. */
function useGate(step: LessonStep, shown: number, state: LessonState): HintGate {
  const count = useCommands().length;
  const met = Object.values(state.progress).filter((one) => one.state === 'met').length;
  const latest = useRef({ count, met });
  latest.current = { count, met };
  const [begun, setBegun] = useState({ atMs: 0, count, met });
  const [nowMs, setNowMs] = useState(0);
  useEffect(() => {
    setBegun({ atMs: performance.now(), ...latest.current });
    setNowMs(performance.now());
  }, [step, shown]);
  // A check that is met makes what was tried before it no failure.
  useEffect(() => setBegun((old) => (met > old.met ? { ...old, ...latest.current } : old)), [met]);
  const gate = gateOf(step.hints, shown, {
    idleSeconds: Math.max(0, nowMs - begun.atMs) / SECOND_MS,
    fails: state.done ? 0 : count - begun.count,
  });
  useEffect(() => {
    if (gate.type !== 'closed') return undefined;
    const timer = setInterval(() => setNowMs(performance.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, [gate.type]);
  return gate;
}

const NAMES = { read: 'Read', do: 'Do', investigate: 'Look', predict: 'Predict', fix: 'Repair' } as const;

/** Looks when objects or commands change, and each cluster second for what must hold. */
function useLooking(page: Page, run: LessonRun, setState: (state: LessonState) => void): void {
  const snapshot = useCluster();
  const commands = useCommands();
  const nowMs = useNowMs();
  const latest = useRef(commands);
  latest.current = commands;
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (page.sandbox.time.state.lookingAtMicros !== undefined || waiting.current !== undefined) return;
    waiting.current = setTimeout(() => {
      waiting.current = undefined;
      void run.look(latest.current).then(setState, () => undefined);
    }, LOOK_EVERY_MS);
  }, [
    snapshot.objects.deployments,
    snapshot.objects.pods,
    snapshot.objects.services,
    snapshot.objects.nodes,
    commands,
    nowMs,
    page,
    run,
    setState,
  ]);
  useEffect(() => () => clearTimeout(waiting.current), []);
}

const place = (id: string): string => `tabernetes.lesson.${id}`;

function keepStep(id: string, step: number): void {
  try {
    localStorage.setItem(place(id), String(step));
  } catch {
    /* The step is then known to this page only. */
  }
}

function useStepKept(id: string, run: LessonRun, setState: (state: LessonState) => void): void {
  const { sandbox } = usePage();
  useEffect(() => {
    let step = 0;
    try {
      step = Number(localStorage.getItem(place(id)) ?? 0);
    } catch {
      step = 0;
    }
    if (sandbox.time.state.nowMicros < 1e6) step = 0;
    if (step > 0 && step < run.lesson.steps.length) setState(run.goTo(step));
  }, [id, run, setState, sandbox]);
}

/** Rings what a hint speaks of. */
function usePointing(page: Page, points: readonly string[]): void {
  const key = points.join(' ');
  useEffect(() => {
    const { pods } = page.cluster.snapshot();
    const names = points.flatMap((point) => (point.startsWith('deploy/') || point.startsWith('svc/') ? [point.split('/')[1]] : []));
    useUi.getState().set({ hinted: pods.filter((pod) => names.includes(pod.group)).map((pod) => pod.key) });
    return () => useUi.getState().set({ hinted: [] });
  }, [page, key]);
}

function HintText({ text }: { readonly text: string }) {
  const [first, ...rest] = text.split(/(?<=[.?]) /);
  return (
    <>
      <b>{first}</b> {rest.join(' ')}
    </>
  );
}

function solutionOf(script: string, step: string): readonly string[] {
  const lines = script.split('\n');
  const from = lines.indexOf(`# step: ${step}`);
  if (from < 0) return [];
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => line.startsWith('# step:'));
  return rest
    .slice(0, to < 0 ? undefined : to)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/\s+# optional$/, ''));
}
