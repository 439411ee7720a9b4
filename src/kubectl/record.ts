/** --record: every object that the command writes says which command it was.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/genericclioptions/record_flags.go */
import type { Kubectl } from './command.ts';
import type { Flags } from './flags.ts';
import { type Obj, put } from './obj.ts';
import type { RestOptions, Rest } from './rest.ts';

export const CHANGE_CAUSE = 'kubernetes.io/change-cause';
const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** "kubectl set image deployment/web web=nginx:1.28 --record=true": the command as it was typed. */
export function causeOf(typed: string, flags: Flags): string {
  return ['kubectl', typed, ...flags.args, ...flags.given.map(([name, value]) => `--${name}=${value}`)].join(' ');
}

export function recorded(rest: Rest, cause: string): Rest {
  return { ...rest, json: (method, path, options) => rest.json(method, path, WRITES.has(method) ? withCause(options, cause) : options) };
}

/** The object of a file with the cause among its annotations, so that what is remembered as applied has it too. */
export function causeRecorded(k: Kubectl, object: Obj): Obj {
  return k.flags.bool('record') ? put(object, ['metadata', 'annotations', CHANGE_CAUSE], k.cause) : object;
}

function withCause(options: RestOptions | undefined, cause: string): RestOptions | undefined {
  const body = options?.body as { kind?: string; metadata?: { annotations?: object } } | readonly object[] | undefined;
  if (body === undefined) return options;
  if (isPatchList(body)) return options;
  // Scale has no annotations of its own.
  if (body.kind === 'Scale') return options;
  return {
    ...options,
    body: { ...body, metadata: { ...body.metadata, annotations: { ...body.metadata?.annotations, [CHANGE_CAUSE]: cause } } },
  };
}

/** A JSON patch says what it changes, one by one. */
function isPatchList(body: object): body is readonly object[] {
  return Array.isArray(body);
}
