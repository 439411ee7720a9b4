/** postStart and preStop: a command in the container, a request to it, or a pause.
 *  Upstream: pkg/kubelet/lifecycle/handlers.go */
import type { Container, LifecycleHandler, Pod } from '../api/generated/types.ts';
import { HttpError, httpGet } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import { StartError } from '../cri/runtime.ts';
import { collectOutput } from '../cri/streams.ts';
import type { KubeletContext } from './context.ts';
import { formatPod } from './pod-view.ts';
import { dialProblem, httpUrl, portNumber } from './probes/run-probe.ts';

const OUTPUT_MAX = 10 * 1024;

/** What went wrong; undefined: nothing. */
export async function runHook(
  context: KubeletContext, pod: Pod, container: Container, containerId: string, hook: LifecycleHandler,
): Promise<string | undefined> {
  if (hook.exec !== undefined) return execHook(context, pod, container, containerId, hook.exec.command ?? []);
  if (hook.httpGet !== undefined) return httpHook(context, pod, container, hook.httpGet);
  if (hook.sleep !== undefined) {
    await context.world.clock.sleep(hook.sleep.seconds * 1000);
    return undefined;
  }
  return 'invalid handler: unrecognized';
}

async function execHook(
  context: KubeletContext, pod: Pod, container: Container, containerId: string, command: readonly string[],
): Promise<string | undefined> {
  const output = collectOutput(OUTPUT_MAX);
  const problem = (why: string): string =>
    `Exec lifecycle hook ([${command.join(' ')}]) for Container "${container.name}" in Pod "${formatPod(pod)}" failed - error: ${why}, message: ${JSON.stringify(output.text())}`;
  try {
    const code = await context.runtime.exec(containerId, { command, tty: false, stdout: output, stderr: output, asProbe: true }).exit();
    return code === 0 ? undefined : problem(`command '${command.join(' ')}' exited with ${code}: ${output.text()}`);
  } catch (error) {
    if (error instanceof StartError) return problem(error.message);
    throw error;
  }
}

async function httpHook(
  context: KubeletContext, pod: Pod, container: Container, action: NonNullable<LifecycleHandler['httpGet']>,
): Promise<string | undefined> {
  const host = action.host ?? context.podIP(pod);
  const port = portNumber(container, action.port);
  if (port === undefined) return `failed to find port ${action.port}`;
  const url = httpUrl(host, port, action);
  try {
    const headers = (action.httpHeaders ?? []).map((header) => [header.name, header.value] as const);
    const response = await httpGet(context.net, host, port, url.slice(url.indexOf('/', 8)), headers, action.scheme === 'HTTPS' ? host : undefined);
    return response.status >= 200 && response.status < 300 ? undefined : `HTTP lifecycle hook (${url}) for Container "${container.name}" failed - status ${response.status}`;
  } catch (error) {
    if (error instanceof NetworkError) return `Get "${url}": ${dialProblem(error, host, port)}`;
    if (error instanceof HttpError) return `Get "${url}": ${error.message}`;
    throw error;
  }
}
