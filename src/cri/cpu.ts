/** A node's processor as a fluid: every running computation flows at up to one core, a container at up to its limit,
 *  and what the node has is shared by requests (cgroup weights). Throttling and accounting follow from it. */
import type { Clock, Settle, World } from '../base/world.ts';
import { createMeter, momentOf } from './usage-history.ts';
import type { Meter } from './usage-history.ts';

export interface CpuGroup {
  /** Burns `cpuMs` of one core; waits in `world`. */
  compute(world: World, cpuMs: number): Promise<void>;
  /** undefined: no limit. */
  setLimits(limits: { readonly requestMillis?: number; readonly limitMillis?: number }): void;
  /** Up to now, or what `usedMs` was at a moment of the last minute. Asking changes nothing. */
  usage(atMs?: number): { readonly usedMs: number; readonly throttledMs: number };
  close(): void;
}

export interface Cpu {
  group(limits: { readonly requestMillis?: number; readonly limitMillis?: number }): CpuGroup;
  /** Millicores in use right now. */
  inUse(): number;
  /** What all groups together have used, those that are closed included; now or at a moment of the last minute. */
  usedMs(atMs?: number): number;
}

interface Job { readonly group: Group; restMs: number; rate: number; readonly settle: Settle<void> }
interface Group { weight: number; limit: number; readonly meter: Meter; throttledMs: number; jobs: number; rate: number }

/** Shares of a container without a request. */
const MINIMUM_WEIGHT = 2;

export function createCpu(clock: Clock, capacityMillis: number): Cpu {
  const capacity = capacityMillis / 1000;
  const jobs = new Set<Job>();
  const groups = new Set<Group>();
  /** Those with something to compute. */
  const active = new Set<Group>();
  const whole = createMeter(momentOf(clock));
  let at = clock.micros();
  let timer: Disposable | undefined;

  /** Lets what flowed since the last change count. */
  function settleUp(): void {
    const now = clock.micros();
    const passed = (now - at) / 1000;
    at = now;
    if (passed === 0 || jobs.size === 0) return;
    for (const job of jobs) job.restMs -= job.rate * passed;
    const moment = momentOf(clock);
    whole.advance(moment, inUse());
    for (const group of active) {
      group.meter.advance(moment, group.rate);
      if (group.limit < group.jobs) group.throttledMs += throttled(group) * passed;
    }
  }

  /** Cores that a group wants and does not get. */
  const throttled = (group: Group): number => Math.min(group.jobs, capacity) - group.rate;
  const inUse = (): number => [...active].reduce((sum, group) => sum + group.rate, 0);

  /** Water-filling: whoever wants less than its share leaves the rest to the others. */
  function share(): void {
    let left = capacity;
    let waiting = [...active].map(group => ({ group, want: Math.min(group.jobs, group.limit) }));
    while (waiting.length > 0) {
      const weights = waiting.reduce((sum, entry) => sum + entry.group.weight, 0);
      const content = waiting.filter(entry => entry.want <= (left * entry.group.weight) / weights + 1e-9);
      if (content.length === 0) {
        for (const entry of waiting) entry.group.rate = (left * entry.group.weight) / weights;
        break;
      }
      for (const entry of content) { entry.group.rate = entry.want; left -= entry.want; }
      waiting = waiting.filter(entry => !content.includes(entry));
    }
    for (const job of jobs) job.rate = job.group.rate / job.group.jobs;
  }

  function again(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    for (const job of [...jobs]) {
      if (job.restMs > 1e-6) continue;
      leave(job);
      job.settle.resolve();
    }
    if (jobs.size === 0) return;
    share();
    let next = Infinity;
    for (const job of jobs) if (job.rate > 0) next = Math.min(next, job.restMs / job.rate);
    if (next < Infinity) timer = clock.setTimer(Math.max(next, 0.001), () => { timer = undefined; settleUp(); again(); });
  }

  function leave(job: Job): void {
    if (!jobs.delete(job)) return;
    job.group.jobs -= 1;
    if (job.group.jobs > 0) return;
    job.group.rate = 0;
    active.delete(job.group);
  }

  function weightOf(requestMillis: number | undefined): number {
    return Math.max(MINIMUM_WEIGHT, ((requestMillis ?? 0) * 1024) / 1000);
  }

  return {
    group(limits) {
      const group: Group = { weight: weightOf(limits.requestMillis), limit: (limits.limitMillis ?? Infinity) / 1000, meter: createMeter(momentOf(clock)), throttledMs: 0, jobs: 0, rate: 0 };
      groups.add(group);
      return {
        async compute(world, cpuMs) {
          if (!(cpuMs > 0)) return;
          await world.suspend<void>(settle => {
            settleUp();
            if (jobs.size === 0) whole.advance(momentOf(clock), 0);
            if (group.jobs === 0) group.meter.advance(momentOf(clock), 0);
            const job: Job = { group, restMs: cpuMs, rate: 0, settle };
            jobs.add(job);
            group.jobs += 1;
            active.add(group);
            again();
            return { [Symbol.dispose]() { if (jobs.has(job)) { settleUp(); leave(job); again(); } } };
          });
        },
        setLimits(next) {
          settleUp();
          group.weight = weightOf(next.requestMillis);
          group.limit = (next.limitMillis ?? Infinity) / 1000;
          if (jobs.size > 0) again();
        },
        usage(atMs) {
          const passed = (clock.micros() - at) / 1000;
          const usedMs = group.meter.at(atMs === undefined ? momentOf(clock) : atMs * 1000, group.rate);
          return { usedMs, throttledMs: group.throttledMs + (group.jobs > 0 && group.limit < group.jobs ? throttled(group) * passed : 0) };
        },
        close() { settleUp(); groups.delete(group); },
      };
    },
    inUse: () => Math.round(inUse() * 1000),
    usedMs: (atMs) => whole.at(atMs === undefined ? momentOf(clock) : atMs * 1000, inUse()),
  };
}

/** What a host does for its owner within one instant costs no time, up to a burst: so the learner's own commands are
 *  answered while time stands still, and a loop that never waits still meets the clock. */
export function withBurst(clock: Clock, group: CpuGroup, burstMs: number): CpuGroup {
  let at = -1;
  let spentMs = 0;
  return {
    ...group,
    async compute(world, cpuMs) {
      const now = clock.micros();
      if (now !== at) {
        at = now;
        spentMs = 0;
      }
      spentMs += cpuMs;
      if (spentMs <= burstMs) return;
      // The burst is paid for as well: else each wait would buy a new one.
      const dueMs = spentMs;
      spentMs = 0;
      await group.compute(world, dueMs);
    },
  };
}
