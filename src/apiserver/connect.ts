/** Admission of connections: exec, attach, port-forward and proxies are asked about as what they would do, their options.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/rest.go (ConnectResource) */
import type { KubeObject } from '../api/object.ts';
import type { Call } from './server-state.ts';
import { admitValidating } from './write.ts';

const OPTIONS: Readonly<Record<string, string>> = {
  'Pod/exec': 'PodExecOptions',
  'Pod/attach': 'PodAttachOptions',
  'Pod/portforward': 'PodPortForwardOptions',
  'Pod/proxy': 'PodProxyOptions',
  'Service/proxy': 'ServiceProxyOptions',
  'Node/proxy': 'NodeProxyOptions',
};
const FLAGS = new Set(['stdin', 'stdout', 'stderr', 'tty']);

/** As the query says it: "stdin=true&command=sh&command=-c". */
function optionsOf({ request, info }: Call, kind: string): KubeObject {
  const query = request.query ?? [];
  const all = (wanted: string): readonly string[] => query.filter(([name]) => name === wanted).map(([, value]) => value);
  const flags = [...FLAGS].filter((name) => ['true', '1'].includes(all(name)[0] ?? '')).map((name) => [name, true] as const);
  const [container] = all('container');
  const [command, ports] = [all('command'), all('ports').map(Number)];
  return {
    kind,
    apiVersion: 'v1',
    ...Object.fromEntries(flags),
    ...(container !== undefined && { container }),
    ...(command.length > 0 && { command }),
    ...(ports.length > 0 && { ports }),
    ...(info.subresource === 'proxy' && { path: info.path }),
  } as KubeObject;
}

/** Throws what the plugins throw. What observers look at is not asked about: it must leave no trace. */
export async function admitConnection(call: Call): Promise<void> {
  const { kind, info, request } = call;
  const options = OPTIONS[`${kind.resource.kind}/${info.subresource}`];
  if (options === undefined || request.headers?.['x-observer'] !== undefined) return;
  const shown = { ...kind, resource: { ...kind.resource, kind: options } };
  await admitValidating({ ...call, kind: shown }, 'CONNECT', optionsOf(call, options), undefined, false);
}
