/** What the kubelet keeps about one Pod between two looks at it. */
import type { Pod, PodCondition } from '../api/generated/types.ts';
import type { StartFailure } from './container-statuses.ts';
import type { Cancellation } from './cancellation.ts';
import type { MountedVolumes } from './volume-manager.ts';

/** The node ended it: refused, evicted, past its deadline. */
export interface NodeFailure {
  readonly reason: string;
  readonly message: string;
  /** It was never let in: its status says nothing of containers. */
  readonly refused?: boolean;
  readonly condition?: PodCondition;
  readonly graceMs?: number;
}

export interface PodState {
  readonly uid: string;
  pod: Pod;
  /** What it asks for, by resource, once somebody has asked. */
  readonly requests: Map<string, number>;
  /** 'stopping': everything is being stopped and nothing is started. 'ended': nothing runs, the volumes are gone. */
  mode: 'running' | 'stopping' | 'ended';
  failed: NodeFailure | undefined;
  /** Its source (the API, the file) has it no more. */
  gone: boolean;
  /** It sets limits on storage, so somebody has to look. */
  readonly limitsStorage: boolean;
  /** It ran before this kubelet did. */
  readonly adopted: boolean;
  /** Why the last start of a container failed, by name. */
  readonly failures: Map<string, StartFailure>;
  /** By container id: read once, when it had ended. */
  readonly terminationMessages: Map<string, string>;
  volumes: MountedVolumes | undefined;
  cancel: Cancellation;
  /** While it is being stopped: when SIGKILL comes at the latest. */
  killAtMs: number | undefined;
  retryAtMs: number | undefined;
  refreshAtMs: number | undefined;
  timer: Disposable | undefined;
  busy: boolean;
  again: boolean;
}
