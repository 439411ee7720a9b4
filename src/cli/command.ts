/** One command of the command line. */
export interface CliCommand {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  details(): string;
  /** The exit code; throws UsageError for a mistake in the call. */
  run(argv: readonly string[]): Promise<number>;
}
