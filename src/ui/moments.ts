/** What the first prompt does not need is loaded after it, and what the cluster does not need after that. */

interface Moment { readonly come: Promise<void>; tell(): void }

/** It comes by itself after a while: where no terminal is shown, or the cluster does not start. */
function moment(name: string, lateMs: number): Moment {
  let settle: () => void = () => undefined;
  const come = new Promise<void>((resolve) => {
    settle = resolve;
    setTimeout(resolve, lateMs);
  });
  return {
    come,
    tell() {
      performance.mark(name);
      settle();
    },
  };
}

/** The first prompt can be typed at. */
export const promptShown: Moment = moment('prompt', 3_000);
/** Every node was Ready on the board. */
export const clusterShown: Moment = moment('cluster', 6_000);
