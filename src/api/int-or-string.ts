/** Numbers or percentages: replicas, ports, budgets.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go */

/** "25%" of 10; rounded up or down as the field wants. undefined: neither a number nor a percentage. */
export function scaledValue(value: number | string | undefined, total: number, roundUp: boolean): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return value;
  const found = /^([0-9]+)%$/.exec(value);
  if (!found) return undefined;
  const exact = Number(found[1]) * total;
  return roundUp ? Math.ceil(exact / 100) : Math.floor(exact / 100);
}

export const isPercent = (value: number | string | undefined): value is string => typeof value === 'string' && /^[0-9]+%$/.test(value);

/** A container port by number or by the name that the ports list gives it. */
export function portOf(port: number | string | undefined, ports: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[],
  protocol = 'TCP'): number | undefined {
  if (typeof port === 'number') return port;
  return ports.find((each) => each.name === port && (each.protocol ?? 'TCP') === protocol)?.containerPort;
}
