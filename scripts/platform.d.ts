/** What cluster code may use beside the language itself. There are no timers, no clock, no chance, no network, no console:
 *  those come from World. Checked with tsconfig.cluster.json; the page and the tests have the real declarations. */

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare var AbortSignal: { any(signals: Iterable<AbortSignal>): AbortSignal; abort(reason?: any): AbortSignal };

interface AbortController {
  readonly signal: AbortSignal;
  abort(reason?: any): void;
}
declare var AbortController: { new (): AbortController };

interface TextEncoder { encode(text?: string): Uint8Array<ArrayBuffer> }
declare var TextEncoder: { new (): TextEncoder };

interface TextDecoder { decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { readonly stream?: boolean }): string }
declare var TextDecoder: { new (label?: 'utf-8', options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): TextDecoder };

interface ImportMeta {}
