/** Opens a cluster: starts the machines of a profile, or plays a journal, and wraps them into a Sandbox. A new cluster is
 *  run, at full speed, until it is up: a learner meets a live one. */
import type { OpenSandbox, Profile, Sandbox } from '../sandbox/sandbox.ts';
import type { JournalEntry } from '../sim/journal.ts';
import type { MachineChecks } from '../sim/machine.ts';
import type { Placement } from '../sim/simulation.ts';
import { openSimulation } from '../sim/simulation.ts';
import type { Simulation } from '../sim/simulation.ts';
import { upCheck } from './boot.ts';
import type { ControlPlaneHooks } from './control-plane-machine.ts';
import { LocalSandbox } from './local-sandbox.ts';
import type { Opened } from './local-sandbox.ts';
import { record } from './recording.ts';
import type { Recording } from './recording.ts';
import { firstEntries, machineBuilder } from './machines.ts';
import { CONTROL_PLANE, SHELL } from './profile.ts';

export interface OpenOptions {
  readonly profile: Profile;
  /** Plays these instead of starting afresh. */
  readonly journal?: readonly JournalEntry[];
  /** How far a journal is played; default: to its last entry. */
  readonly untilMicros?: number;
  readonly playing?: boolean;
  readonly speed?: number;
  readonly placement?: Placement;
  /** Where the machines go once the cluster is there: starting and playing is quickest in one thread. */
  readonly moveTo?: Placement;
  /** How much is kept of what machines received; see SimulationOptions. */
  readonly inboxMax?: number;
  /** Tests: see MachineChecks. */
  readonly checks?: MachineChecks;
  readonly hooks?: ControlPlaneHooks;
  /** Hears the simulation before its first event. */
  readonly prepare?: (simulation: Simulation) => void;
}

/** A new cluster that is not up by then is shown as it is. */
const BOOT_LIMIT_MICROS = 180e6;
const BOOT_LOOK_MICROS = 500_000;

export function openMachines({ profile, journal, untilMicros, placement, prepare, checks, hooks, inboxMax }: OpenOptions): Promise<Simulation> {
  return openSimulation({
    seed: profile.seed, startAtMs: profile.startAtMs, link: profile.link, build: machineBuilder(hooks), hub: CONTROL_PLANE, shells: [SHELL],
    entries: journal ?? firstEntries(profile), inboxMax, placement, checks, prepare, untilMicros,
  });
}

/** A cluster that will move soon keeps what that takes, so that its journal is not played twice. */
const INBOX_MAX_TO_MOVE = 64_000_000;

/** Runs until every node is Ready and the addons run. */
export async function boot(simulation: Simulation, profile: Profile): Promise<void> {
  const isUp = upCheck(simulation, profile.nodes + 1);
  while (simulation.frontier < BOOT_LIMIT_MICROS) {
    await simulation.runThrough(simulation.frontier + BOOT_LOOK_MICROS);
    if (await isUp()) return;
  }
}

/** The cluster is used while its workers load. Where they cannot be had, everything stays in one thread. */
export async function moveWhenReady(simulation: Simulation, placement: Placement): Promise<void> {
  try {
    await simulation.move(placement);
  } catch {
    // Layout is isolation, never history: the cluster goes on as it is.
  }
}

export async function openRecorded(options: OpenOptions): Promise<Opened> {
  let recording: Recording | undefined;
  const simulation = await openMachines({ ...options, prepare: (prepared) => {
    options.prepare?.(prepared);
    recording = record(prepared);
  } });
  return { simulation, recording: recording ?? record(simulation) };
}

export async function openCluster(options: OpenOptions): Promise<Sandbox> {
  const { simulation, recording } = await openRecorded({ ...(options.moveTo && { inboxMax: INBOX_MAX_TO_MOVE }), ...options });
  if (!options.journal) await boot(simulation, options.profile);
  const sandbox = new LocalSandbox({
    profile: options.profile, simulation, recording, playing: options.playing ?? false, speed: options.speed ?? 1,
    reopen: ({ entries, untilMicros }) => openRecorded({ profile: options.profile, journal: entries, untilMicros }),
  });
  if (options.moveTo) void moveWhenReady(simulation, options.moveTo);
  return sandbox;
}

export const openSandbox: OpenSandbox = (options) => openCluster(options);
