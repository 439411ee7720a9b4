/** What the sandbox and the learner's host say to each other on the mux channel "shell". Inputs are journal entries;
 *  questions come from observers and leave no trace; outputs leave with MachineContext.output under `session:<id>`. */

export const SHELL_CHANNEL = 'shell';
export const outputChannel = (session: string): string => `session:${session}`;

/** Journaled: what the learner does. */
export type ShellInput =
  /** A terminal (or a lesson's, or the CLI's silent session) is opened. */
  | { readonly k: 'open'; readonly session: string; readonly columns: number; readonly rows: number }
  /** A whole command, maybe of several lines, at the prompt. `id` comes back with its end. */
  | { readonly k: 'line'; readonly session: string; readonly id: number; readonly line: string }
  /** Keys for the program in the foreground. */
  | { readonly k: 'data'; readonly session: string; readonly data: string }
  /** Ctrl-D at the start of a line: the end of the foreground program's input. */
  | { readonly k: 'eof'; readonly session: string }
  | { readonly k: 'signal'; readonly session: string; readonly signal: 'SIGINT' | 'SIGQUIT' | 'SIGTSTP' }
  | { readonly k: 'resize'; readonly session: string; readonly columns: number; readonly rows: number }
  /** The answer to an edit request; no text: nothing was saved. */
  | { readonly k: 'edited'; readonly session: string; readonly id: number; readonly text?: string }
  | { readonly k: 'close'; readonly session: string }
  /** Files below the home directory. */
  | { readonly k: 'write-file'; readonly path: string; readonly text: string }
  | { readonly k: 'remove-file'; readonly path: string };

/** Hashed into the history: what the learner sees. */
export type ShellOutput =
  | { readonly k: 'text'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** What a terminal echoes of the learner's own keys while a program runs. */
  | { readonly k: 'echo'; readonly text: string }
  /** Keys that came while no program read them: they belong to the line editor. Follows the prompt. */
  | { readonly k: 'typed'; readonly text: string }
  /** The shell waits for a command: `text` is the expanded PS1. */
  | { readonly k: 'prompt'; readonly text: string }
  /** A command has ended. */
  | { readonly k: 'done'; readonly id: number; readonly exitCode: number }
  /** The foreground program reads keys as they are typed (exec -it), or lines with echo. */
  | { readonly k: 'raw'; readonly on: boolean }
  | { readonly k: 'edit'; readonly id: number; readonly path: string; readonly text: string; readonly language: string }
  /** A program cleared the screen, or `exit` ended the session. */
  | { readonly k: 'closed'; readonly exitCode: number };

/** Asked by observers; answered on the channel to who asked, with the question's `id`. */
export type ShellQuestion =
  | { readonly k: 'complete'; readonly id: number; readonly session: string; readonly line: string; readonly cursor: number }
  | { readonly k: 'list-files'; readonly id: number }
  | { readonly k: 'read-file'; readonly id: number; readonly path: string };

export type ShellAnswer =
  /** What may stand instead of line[start, cursor). */
  | { readonly k: 'completions'; readonly id: number; readonly start: number; readonly words: readonly string[] }
  | { readonly k: 'files'; readonly id: number; readonly files: readonly { readonly path: string; readonly size: number; readonly directory: boolean }[] }
  | { readonly k: 'file'; readonly id: number; readonly text?: string };
