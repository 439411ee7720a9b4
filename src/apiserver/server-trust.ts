/** Whether the servers that this one calls are who they should be. Answers are kept while no certificate begins or ends: a webhook
 *  is asked with every write, and its certificate is the same each time. */
import type { World } from '../base/world.ts';
import { certificatesOf } from '../base/pki/certificate.ts';
import { serverFault } from '../base/pki/verify.ts';

/** undefined: the chain (PEM) leads to one of the roots (PEM) and is good for the host; else Go's words. */
export type ServerTrust = (chain: string, roots: string, host: string) => string | undefined;

const KEPT_MAX = 200;

interface Known {
  readonly fault: string | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
}

export function createServerTrust(world: World): ServerTrust {
  const known = new Map<string, Known>();
  return (chain, roots, host) => {
    const now = world.clock.now();
    const key = `${host}\n${chain}\n${roots}`;
    const before = known.get(key);
    if (before !== undefined && now >= before.fromMs && now <= before.untilMs) return before.fault;
    const [given, trusted] = [certificatesOf(chain), certificatesOf(roots)];
    const fault = serverFault(given, trusted, host, now);
    const edges = [...given, ...trusted].flatMap(({ notBefore, notAfter }) => [notBefore, notAfter]);
    const fromMs = Math.max(-Infinity, ...edges.filter((edge) => edge <= now));
    const untilMs = Math.min(Infinity, ...edges.filter((edge) => edge > now));
    if (known.size >= KEPT_MAX) known.clear();
    // What has expired says the time of the question.
    if (fault === undefined || !fault.includes('current time')) known.set(key, { fault, fromMs, untilMs });
    return fault;
  };
}
