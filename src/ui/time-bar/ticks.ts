/** What happened, as the scrubber shows it: the learner's acts, faults, readiness, failures, the rest. Ticks closer than
 *  seven pixels become one with a count. Pure. */
import type { TraceRecord } from '../../base/trace.ts';
import type { CommandResult } from '../../sandbox/sandbox.ts';

export type TickKind = 'you' | 'fault' | 'ready' | 'failure' | 'other';
export interface Tick {
  readonly atMicros: number;
  readonly kind: TickKind;
  readonly label: string;
}
export interface PlacedTick {
  readonly x: number;
  readonly kind: TickKind;
  readonly labels: readonly string[];
  readonly atMicros: number;
}

const WRITES =
  /^\s*(kubectl|k|helm)\s+(apply|create|run|expose|delete|edit|scale|rollout|set|label|annotate|patch|replace|cordon|uncordon|drain|taint|autoscale|exec)\b/;

export function ticksOf(records: readonly TraceRecord[], commands: readonly CommandResult[]): readonly Tick[] {
  const ticks: Tick[] = [];
  for (const { at, event } of records) {
    if (event.type === 'fault' && event.active)
      ticks.push({ atMicros: at, kind: 'fault', label: `${faultWord(event.name)} ${event.target}` });
    else if (event.type === 'fault') ticks.push({ atMicros: at, kind: 'you', label: `${faultWord(event.name)} ${event.target} undone` });
    else if (event.type === 'request' && event.client === 'page')
      ticks.push({ atMicros: at, kind: 'you', label: `${event.verb} ${event.path.split('/').at(-1)}` });
    else if (event.type === 'schedule')
      ticks.push({
        atMicros: at,
        kind: event.outcome === 'scheduled' ? 'other' : 'failure',
        label: `${event.pod.name} ${event.outcome === 'scheduled' ? `to ${event.node}` : 'finds no node'}`,
      });
    else if (event.type === 'decision' || event.type === 'runtime') {
      const text = event.type === 'decision' ? event.did : event.what;
      const kind = kindOf(text);
      if (kind) ticks.push({ atMicros: at, kind, label: `${event.object?.name ?? (event.type === 'runtime' ? event.node : '')} ${text}` });
    }
  }
  for (const command of commands)
    if (WRITES.test(command.command)) ticks.push({ atMicros: command.startedAtMicros, kind: 'you', label: command.command });
  return ticks.sort((a, b) => a.atMicros - b.atMicros);
}

/** Words in which the engine tells of readiness and trouble. */
function kindOf(text: string): TickKind | undefined {
  if (/\b(became ready|is ready|marked ready|ready now|passed its readiness)\b/i.test(text)) return 'ready';
  if (/\b(failed|could not|cannot|crash|killed|evict|not ready|back-off|lost|exited with code [1-9])/i.test(text)) return 'failure';
  return undefined;
}

const FAULTS: Readonly<Record<string, string>> = {
  'node-crash': 'plug pulled:',
  'node-reboot': 'rebooted:',
  'node-hang': 'frozen:',
  'link-cut': 'link cut:',
  'link-slow': 'link slowed:',
  'link-lossy': 'link loses:',
  'component-kill': 'killed',
  'component-hang': 'frozen:',
  'container-kill': 'killed',
  'node-add': 'added',
  'node-remove': 'removed',
};
export const faultWord = (name: string): string => FAULTS[name] ?? name;

const RANK: Readonly<Record<TickKind, number>> = { other: 0, ready: 1, failure: 2, fault: 3, you: 4 };
const MERGE_PX = 7;

export function placeTicks(ticks: readonly Tick[], fromMicros: number, toMicros: number, width: number): readonly PlacedTick[] {
  const placed: { x: number; kind: TickKind; labels: string[]; atMicros: number }[] = [];
  const lastOf = new Map<TickKind, { x: number; labels: string[] }>();
  const span = Math.max(1, toMicros - fromMicros);
  for (const tick of ticks) {
    const x = ((tick.atMicros - fromMicros) / span) * width;
    const last = lastOf.get(tick.kind);
    if (last && x - last.x < MERGE_PX) {
      last.labels.push(tick.label);
      continue;
    }
    const one = { x, kind: tick.kind, labels: [tick.label], atMicros: tick.atMicros };
    lastOf.set(tick.kind, one);
    placed.push(one);
  }
  // What matters more is drawn later, over the rest; quiet ticks under a loud one go.
  const loud = placed.filter((one) => one.kind !== 'other');
  return [...placed.filter((one) => one.kind === 'other' && !loud.some((other) => Math.abs(other.x - one.x) < MERGE_PX)), ...loud].sort(
    (a, b) => RANK[a.kind] - RANK[b.kind],
  );
}
