/** Gives engines without explicit resource management the symbol that our handles use, and makes handles. */
if (Symbol.dispose === undefined) {
  Object.defineProperty(Symbol, 'dispose', { value: Symbol('Symbol.dispose') });
}

/** A handle that runs `end` once, however often it is disposed. */
export function disposable(end: () => void): Disposable {
  let ended = false;
  return {
    [Symbol.dispose]() {
      if (ended) return;
      ended = true;
      end();
    },
  };
}
