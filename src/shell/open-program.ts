/** open and xdg-open: a guide's way to say "look at it in the browser". There is none on this host; what the address answers
 *  is told in one line, so that a learner sees whether it is there. */
import type { Program } from '../cri/process.ts';
import { collectOutput } from '../cri/streams.ts';

export function openProgram(): Program {
  return async (process) => {
    const name = process.argv[0] ?? 'open';
    const target = process.argv.slice(1).find((word) => !word.startsWith('-'));
    if (target === undefined) {
      await process.stderr.write(`usage: ${name} URL   (asks the address once, and tells what it answers)\n`);
      return 1;
    }
    const status = collectOutput();
    const code = await process
      .spawnChild(['curl', '-skL', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '10', target], { stdout: status })
      .wait();
    await process.stdout.write(
      code === 0
        ? `${target} answers ${status.text()}. There is no browser on this host: curl ${target}\n`
        : `${target} does not answer. There is no browser on this host: curl ${target}\n`,
    );
    return 0;
  };
}
