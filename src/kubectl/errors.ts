/** How kubectl says that something went wrong, and with which exit code it ends.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go */
import type { Status } from '../api/object.ts';
import { TransportError } from '../api/transport.ts';

/** Ends the command with a message on stderr. `error: ` is put before it unless it is there already. */
export class CommandError extends Error {
  /** `bare`: nothing is put before it. */
  constructor(
    message: string,
    readonly code: number = 1,
    readonly bare: boolean = false,
  ) {
    super(message);
    this.name = 'CommandError';
  }
}

/** It printed something before it failed. */
export class PrintedFailure extends CommandError {
  constructor(
    message: string,
    readonly printed: string,
  ) {
    super(message);
  }
}

/** The API refused: holds the Status as the server sent it; `message` may have been wrapped with its source. */
export class StatusError extends Error {
  constructor(
    readonly status: Status,
    message?: string,
  ) {
    super(message ?? status.message ?? '');
    this.name = 'StatusError';
  }
  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** Several failures of one command, each reported on a line of its own. */
export class AggregateFailure extends Error {
  constructor(readonly errors: readonly unknown[]) {
    super(errors.map((e) => errorText(e)).join('\n'));
    this.name = 'AggregateFailure';
  }
}

/** The command was interrupted by Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

/** A wrong way to call a command: the message and a pointer to its help. */
export function usageError(command: string, message: string): CommandError {
  return new CommandError(`${message}\nSee 'kubectl ${command} -h' for help and examples`);
}

export function isReason(error: unknown, reason: string): error is StatusError {
  return error instanceof StatusError && error.reason === reason;
}

export const isNotFound = (error: unknown): boolean => isReason(error, 'NotFound');

/** The bare text of any error, as Go's err.Error() gives it. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Puts `error when creating "f.yaml": ` before a refusal and keeps what kind of refusal it is. */
export function withSource(verb: string, source: string, error: unknown): unknown {
  if (source === '') return error;
  if (error instanceof StatusError) return new StatusError(error.status, `error when ${verb} ${JSON.stringify(source)}: ${error.message}`);
  if (error instanceof CommandError) return new CommandError(`error when ${verb} ${JSON.stringify(source)}: ${error.message}`, error.code);
  return error;
}

/** What goes to stderr and the exit code. Empty text: the command has said everything itself. */
export function report(error: unknown): { readonly text: string; readonly code: number } {
  if (error instanceof Interrupted) return { text: '', code: 130 };
  if (error instanceof CommandError)
    return { text: error.message === '' ? '' : line(error.bare ? error.message : withPrefix(error.message)), code: error.code };
  if (error instanceof AggregateFailure) return reportMany(error.errors);
  if (isReason(error, 'Invalid')) return { text: line(invalidText(error)), code: 1 };
  return { text: line(standardText(error)), code: 1 };
}

function reportMany(errors: readonly unknown[]): { readonly text: string; readonly code: number } {
  if (errors.length === 1) return report(errors[0]);
  return { text: line(errors.map((e) => (e instanceof CommandError ? e.message : standardText(e))).join('\n')), code: 1 };
}

function standardText(error: unknown): string {
  if (error instanceof StatusError) {
    if (error.reason === 'Unauthorized') return `error: You must be logged in to the server (${error.message})`;
    return error.reason === '' ? `Error from server: ${error.message}` : `Error from server (${error.reason}): ${error.message}`;
  }
  if (error instanceof TransportError) {
    if (error.code === 'refused') {
      const host = /dial tcp ([^ :]+:\d+)/.exec(error.message)?.[1] ?? /([\w.-]+:\d+)/.exec(error.message)?.[1] ?? 'localhost:8080';
      return `The connection to the server ${host} was refused - did you specify the right host or port?`;
    }
    return `Unable to connect to the server: ${error.message}`;
  }
  return withPrefix(errorText(error));
}

function invalidText(error: StatusError): string {
  const details = error.status.details;
  if (details === undefined) return `The request is invalid: ${error.message}`;
  const head = details.kind && details.name ? `The ${details.kind} ${JSON.stringify(details.name)} is invalid` : 'The request is invalid';
  const causes = [...new Set((details.causes ?? []).map((c) => `${c.field ?? ''}: ${c.message ?? ''}`))];
  if (causes.length === 0) return head === 'The request is invalid' ? `${head}: ${error.message}` : head;
  if (causes.length === 1) return `${head}: ${causes[0]}\n`;
  return `${head}: \n${causes.map((c) => `* ${c}`).join('\n')}`;
}

const withPrefix = (text: string): string =>
  text.startsWith('error: ') || (text.startsWith('Error ') && text.includes('from server')) ? text : `error: ${text}`;
const line = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
