/** What is wrong with the probes of a container and with what it does at its start and end.
 *  Upstream: pkg/apis/core/validation/validation.go (validateProbe, validateLifecycle, validateHandler) */
import { forbiddenField, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { Container, Lifecycle, LifecycleHandler, Probe } from '../../api/generated/types.ts';
import { checkNonNegative, complain, type Errors } from './field-checks.ts';
import { httpHeaderName, portName, portNumber } from './names.ts';

const MORE_THAN_ONE = 'may not specify more than 1 handler type';

/** A number or the name of a port. */
export function checkPort(errors: Errors, field: string, port: number | string | undefined): void {
  if (typeof port === 'string') complain(errors, field, port, portName(port));
  else complain(errors, field, port ?? 0, portNumber(port ?? 0));
}

type Handler = Probe & LifecycleHandler;
type Action = 'exec' | 'httpGet' | 'tcpSocket' | 'grpc' | 'sleep';

const PROBE_ACTIONS: readonly Action[] = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const LIFECYCLE_ACTIONS: readonly Action[] = ['exec', 'httpGet', 'tcpSocket', 'sleep'];

function checkHttpGet(errors: Errors, path: string, http: NonNullable<Handler['httpGet']>): void {
  if (!http.path) errors.push(required(`${path}.path`));
  checkPort(errors, `${path}.port`, http.port);
  if (http.scheme !== 'HTTP' && http.scheme !== 'HTTPS') errors.push(notSupported(`${path}.scheme`, http.scheme ?? '', ['HTTP', 'HTTPS']));
  for (const { name } of http.httpHeaders ?? []) complain(errors, `${path}.httpHeaders`, name, httpHeaderName(name));
}

function checkSleep(errors: Errors, path: string, { seconds = 0 }: { readonly seconds?: number }, grace: number | undefined): void {
  if (grace === undefined || (seconds >= 0 && seconds <= grace)) return;
  errors.push(invalidValue(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`));
}

function checkAction(errors: Errors, path: string, action: Action, handler: Handler, grace: number | undefined): void {
  const at = `${path}.${action}`;
  switch (action) {
    case 'exec':
      if (!handler.exec?.command?.length) errors.push(required(`${at}.command`));
      return;
    case 'httpGet': checkHttpGet(errors, at, handler.httpGet!); return;
    case 'sleep': checkSleep(errors, at, handler.sleep!, grace); return;
    default: checkPort(errors, `${at}.port`, handler[action]!.port);
  }
}

/** The first action counts, and there must be one. */
function checkHandler(errors: Errors, path: string, actions: readonly Action[], handler: Handler, grace: number | undefined): void {
  const [first, ...more] = actions.filter((action) => handler[action] !== undefined);
  if (first === undefined) errors.push(required(path, 'must specify a handler type'));
  else checkAction(errors, path, first, handler, grace);
  for (const action of more) errors.push(forbiddenField(`${path}.${action}`, MORE_THAN_ONE));
}

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

function checkProbe(errors: Errors, path: string, probe: Probe | undefined, isReadiness: boolean, grace: number | undefined): void {
  if (!probe) return;
  checkHandler(errors, path, PROBE_ACTIONS, probe, grace);
  for (const count of COUNTS) checkNonNegative(errors, `${path}.${count}`, probe[count]);
  const own = probe.terminationGracePeriodSeconds;
  const field = `${path}.terminationGracePeriodSeconds`;
  if (own !== undefined && own <= 0) errors.push(invalidValue(field, own, 'must be greater than 0'));
  if (isReadiness) {
    if (own !== undefined) errors.push(invalidValue(field, own, 'must not be set for readinessProbes'));
  } else if (probe.successThreshold !== 1) errors.push(invalidValue(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
}

function checkLifecycle(errors: Errors, path: string, { postStart, preStop }: Lifecycle, grace: number | undefined): void {
  if (postStart) checkHandler(errors, `${path}.postStart`, LIFECYCLE_ACTIONS, postStart, grace);
  if (preStop) checkHandler(errors, `${path}.preStop`, LIFECYCLE_ACTIONS, preStop, grace);
}

/** `grace`: terminationGracePeriodSeconds of the Pod. */
export function checkProbes(errors: Errors, path: string, container: Container, grace: number | undefined): void {
  if (container.lifecycle) checkLifecycle(errors, `${path}.lifecycle`, container.lifecycle, grace);
  checkProbe(errors, `${path}.livenessProbe`, container.livenessProbe, false, grace);
  checkProbe(errors, `${path}.readinessProbe`, container.readinessProbe, true, grace);
  checkProbe(errors, `${path}.startupProbe`, container.startupProbe, false, grace);
}
