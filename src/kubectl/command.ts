/** A kubectl command is a value in a table: what it is called, what it says about itself, and what it does. */
import type { KubectlIo } from './io.ts';
import type { Config } from './config.ts';
import type { Discovery, Mapping } from './discovery.ts';
import type { Flags } from './flags.ts';
import type { OpenApi } from './openapi.ts';
import type { Rest } from './rest.ts';

export interface Command {
  /** The words after kubectl: "create deployment". Its flags and usage stand in flag-table.ts under this name. */
  readonly name: string;
  /** Other last words: "deploy" for "create deployment". */
  readonly aliases?: readonly string[];
  /** One line in the lists of commands. */
  readonly summary: string;
  /** What --help says below the summary. */
  readonly description?: string;
  readonly examples?: readonly Example[];
  /** Flags that must be given: cobra complains before anything else. */
  readonly required?: readonly string[];
  /** Absent for a command that only groups others: it prints its help. */
  readonly run?: (k: Kubectl) => Promise<number | void>;
  /** What the first positional words name, for completion. */
  readonly complete?: Completes;
}

export interface Example {
  readonly comment: string;
  readonly lines: readonly string[];
}

/** `resource`: types, then names; `pod`, `node`: names of that type; `file`: file names; `pod-or-type`: Pods or TYPE/NAME. */
export type Completes = 'resource' | 'pod' | 'node' | 'pod-or-type' | 'file' | 'context' | 'type' | 'none';

/** One run of one command: what it was given and what it may use. */
export interface Kubectl {
  readonly path: string;
  readonly io: KubectlIo;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** The command line as --record writes it to objects. */
  readonly cause: string;
  readonly rest: Rest;
  readonly openApi: OpenApi;
  readonly config: Config;
  /** The namespace of -n, or of the context, or "default". */
  readonly namespace: string;
  /** True where -n said so. */
  readonly namespaceGiven: boolean;
  readonly version: ClientVersion;
  discovery(): Promise<Discovery>;
  /** Forgets what was discovered: a kind may have come in meanwhile. */
  rediscover(): Promise<Discovery>;
  /** The kind of a type's name, discovering again once where it is not known. */
  mapping(name: string): Promise<Mapping>;
  print(text: string): Promise<void>;
  /** To stderr. */
  say(text: string): Promise<void>;
  /** Runs another command with the same surroundings. */
  invoke(words: readonly string[], io?: Partial<KubectlIo>): Promise<number>;
}

export interface ClientVersion {
  readonly gitVersion: string;
  readonly kustomize: string;
}
