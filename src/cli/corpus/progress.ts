/** One line on stderr that says how far a run is: rewritten in place on a terminal, else printed now and then. */
export interface Progress {
  tell(text: string): void;
  end(): void;
}

const EVERY_MS = 10_000;

export function createProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0;
  return {
    tell(text) {
      if (out.isTTY) {
        out.write(`\r\x1b[K${text.slice(0, (out.columns ?? 80) - 1)}`);
        return;
      }
      if (Date.now() - last < EVERY_MS) return;
      last = Date.now();
      out.write(`${text}\n`);
    },
    end() {
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
}
