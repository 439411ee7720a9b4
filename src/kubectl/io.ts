/** Everything that a kubectl command gets from the machine that it runs on. It knows no terminal and no process: a
 *  Process of ours satisfies most of it, and the shell adds the editor. */
import type { Clock, World } from '../base/world.ts';
import type { FileSystem } from '../cri/files.ts';
import type { NetworkNamespace } from '../cri/network.ts';
import type { InputStream, OutputStream } from '../cri/process.ts';

export interface KubectlIo {
  readonly world: World;
  readonly clock: Clock;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly files: FileSystem;
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  /** The terminal, where stdin is one. */
  readonly tty?: { readonly columns: number; readonly rows: number };
  /** Calls back when the terminal's size changes. */
  onResize?(changed: (columns: number, rows: number) => void): Disposable;
  /** Puts the terminal into raw mode while a remote shell has it: keys reach stdin as they are typed. */
  rawMode?(on: boolean): void;
  /** Opens the learner's editor; undefined: nothing was saved. */
  edit?(request: EditRequest): Promise<string | undefined>;
  /** The machine's own network, for port-forward and proxy. */
  readonly net?: NetworkNamespace;
  /** Fetches a manifest by URL: examples that the sandbox carries; `folder`: what kustomize would build of a folder of a
   *  repository. undefined: there is no such page. */
  fetch?(url: string, as?: 'file' | 'folder'): Promise<string | undefined>;
  /** The add-ons that `fetch` knows under their projects' addresses. */
  readonly published?: readonly string[];
}

export interface EditRequest {
  readonly path: string;
  readonly text: string;
  readonly language: string;
}
