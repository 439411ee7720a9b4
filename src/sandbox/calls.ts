/** Calls between the page and the engine's worker. Errors that mean something come out as what they were. */
import { expose, transfer, wrap } from 'comlink';
import { ApiError } from '../api/errors.ts';
import type { Status } from '../api/object.ts';
import { TransportError } from '../api/transport.ts';

/** The methods of one side, by name. */
export type Methods = Readonly<Record<string, (...args: never[]) => unknown>>;

export type CallError =
  | { readonly kind: 'api'; readonly status: Status }
  | { readonly kind: 'transport'; readonly code: TransportError['code']; readonly message: string }
  | { readonly kind: 'other'; readonly name: string; readonly message: string };

type Result = { readonly value: unknown } | { readonly error: CallError };
interface Endpoint { call(method: string, args: unknown[]): Promise<Result> }

/** Answers calls on the port. A method that gives a MessagePort hands it over. */
export function exposeCalls(port: MessagePort, methods: Methods): void {
  const endpoint: Endpoint = {
    async call(method, args) {
      try {
        const found = methods[method] as ((...args: unknown[]) => unknown) | undefined;
        if (!found) throw new Error(`there is no method ${method}`);
        const value = await found(...args);
        return value instanceof MessagePort ? transfer({ value }, [value]) : { value };
      } catch (error) {
        return { error: encodeError(error) };
      }
    },
  };
  expose(endpoint, port);
}

export type Caller<M> = <K extends keyof M & string>(method: K, ...args: M[K] extends (...args: infer A) => unknown ? A : never) =>
Promise<M[K] extends (...args: never[]) => infer R ? Awaited<R> : never>;

export function wrapCalls<M>(port: MessagePort): Caller<M> {
  const remote = wrap<Endpoint>(port);
  return (async (method: string, ...args: unknown[]) => {
    const last = args.at(-1);
    const result = await remote.call(method, last instanceof MessagePort ? transfer(args, [last]) : args) as Result;
    if ('error' in result) throw decodeError(result.error);
    return result.value;
  }) as Caller<M>;
}

export function encodeError(error: unknown): CallError {
  if (error instanceof ApiError) return { kind: 'api', status: error.status };
  if (error instanceof TransportError) return { kind: 'transport', code: error.code, message: error.message };
  return error instanceof Error ? { kind: 'other', name: error.name, message: error.message } : { kind: 'other', name: 'Error', message: String(error) };
}

export function decodeError(error: CallError): Error {
  if (error.kind === 'api') return new ApiError(error.status);
  if (error.kind === 'transport') return new TransportError(error.code, error.message);
  return Object.assign(new Error(error.message), { name: error.name });
}
