/** Warnings that real kubectl writes through its logging library: level and date, time, process, place in the source, text.
 *  Upstream: k8s.io/klog/v2/internal/buffer/buffer.go */
import type { KubectlIo } from './io.ts';

export async function klogWarning(io: KubectlIo, place: string, text: string): Promise<void> {
  const now = new Date(io.clock.now()).toISOString();
  const head = `W${now.slice(5, 7)}${now.slice(8, 10)} ${now.slice(11, 23)}000`;
  await io.stderr.write(`${head} ${'1'.padStart(7)} ${place}] ${text}\n`);
}
