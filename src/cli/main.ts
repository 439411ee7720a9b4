/** The `tabernetes` command for Node. */
import { UsageError } from './arguments.ts';
import type { CliCommand } from './command.ts';
import { corpus } from './corpus.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { serve } from './serve.ts';

const COMMANDS: readonly CliCommand[] = [serve, run, replay, corpus];

function help(): string {
  return [
    'A Kubernetes cluster to learn with, simulated. Not affiliated with the Kubernetes project.', '',
    'Usage: tabernetes COMMAND [ARGUMENTS]', '',
    ...COMMANDS.map((command) => `  ${command.usage.padEnd(34)} ${command.summary}`), '',
    'tabernetes COMMAND --help says more.', '',
  ].join('\n');
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    process.stderr.write(`tabernetes: there is no command "${name}"\n\n${help()}`);
    return 2;
  }
  if (rest.includes('--help')) {
    process.stdout.write(`Usage: tabernetes ${command.usage}\n\n${command.summary}\n\n${command.details()}\n`);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`tabernetes ${name}: ${error.message}\n`);
    return 2;
  }
}

// `tabernetes run ... | head` is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await main(process.argv.slice(2));
