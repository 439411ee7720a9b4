/** `agnhost crd-conversion-webhook`: turns "hostPort" of stable.example.com/v1 into "host" and "port" of v2, and back.
 *  Upstream: test/images/agnhost/crd-conversion-webhook/converter */
interface Thing {
  readonly apiVersion?: string;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly hostPort?: unknown;
}
interface ConversionReview {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly request?: { readonly uid?: string; readonly desiredAPIVersion?: string; readonly objects?: readonly Thing[] };
}

const GROUP = 'stable.example.com';
const SUCCESS = { metadata: {}, status: 'Success' };

/** A text: why not. */
function converted(object: Thing, to: string): Thing | string {
  const from = object.apiVersion ?? '';
  if (to === from) return `conversion from a version to itself should not call the webhook: ${to}`;
  if (from === `${GROUP}/v1`) {
    if (to !== `${GROUP}/v2`) return `unexpected conversion version ${JSON.stringify(to)}`;
    const { hostPort, ...rest } = object;
    if (hostPort === undefined) return rest;
    const parts = String(hostPort).split(':');
    if (parts.length !== 2) return `invalid hostPort value \`${String(hostPort)}\``;
    return { ...rest, host: parts[0], port: parts[1] };
  }
  if (from !== `${GROUP}/v2`) return `unexpected conversion version ${JSON.stringify(from)}`;
  if (to !== `${GROUP}/v1`) return `unexpected conversion version ${JSON.stringify(to)}`;
  const { host, port, ...rest } = object;
  return host === undefined && port === undefined ? rest : { ...rest, hostPort: `${String(host ?? '')}:${String(port ?? '')}` };
}

/** The answered review. */
export function convertReview(review: unknown): object {
  const { apiVersion = 'apiextensions.k8s.io/v1', request } = review as ConversionReview;
  const { uid = '', desiredAPIVersion = '', objects = [] } = request ?? {};
  const done: Thing[] = [];
  let failure: string | undefined;
  for (const object of objects) {
    const made = converted(object, desiredAPIVersion);
    if (typeof made === 'string') {
      failure = made;
      break;
    }
    done.push({ ...made, apiVersion: desiredAPIVersion });
  }
  const response =
    failure === undefined
      ? { uid, convertedObjects: done, result: SUCCESS }
      : { uid, convertedObjects: null, result: { metadata: {}, status: 'Failure', message: failure } };
  return { kind: 'ConversionReview', apiVersion, response };
}
