/** Whether two outputs have the same shape: equal once what differs from run to run is masked. */

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\b\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d( [+-]\d{4}| \w{3})?/g, 'DATE'],
  [/\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?/g, 'DATE'],
  [/\b(sha256:)?[0-9a-f]{12,64}\b/g, 'HASH'],
  [/\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g, 'IP'],
  [
    /\b(ip-\d+-\d+-\d+-\d+[\w.-]*|gke-[\w-]+|aks-[\w-]+|kind-[\w-]+|minikube(-m\d+)?|node-?\d+|worker-?\d+|k8s-[\w-]+|kubernetes-(node|minion)[\w-]*|docker-desktop|control-?plane|master)\b/g,
    'NODE',
  ],
  [/-[0-9a-f]{7,10}-[0-9a-z]{5}\b/g, '-NAME'],
  [/-\d{8,10}(-[0-9a-z]{5})?\b/g, '-NAME'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{5,10}\b/g, '-NAME'],
  [/\b(\d+(y|d|h|m|s|ms))+\b( ago)?|<invalid>|<unknown>/g, 'AGE'],
  [/\bv?\d+\.\d+(\.\d+)*(-[\w.]+)?(\+[\w.]+)?\b/g, 'VERSION'],
  [/resourceVersion: "?\d+"?/g, 'resourceVersion'],
];

export function shapeOf(output: string): string {
  let masked = output.replace(/\r/g, '');
  for (const [pattern, name] of MASKS) masked = masked.replace(pattern, name);
  return masked
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '')
    .join('\n');
}

export const sameShape = (one: string, other: string): boolean => shapeOf(one) === shapeOf(other);

/** The first lines of another shape; empty where an output has ended. */
export function firstDifference(recorded: string, here: string): { readonly recorded: string; readonly here: string } {
  const [theirs, ours] = [linesOf(recorded), linesOf(here)];
  const at = Array.from({ length: Math.max(theirs.length, ours.length) }, (_none, index) => index).find(
    (index) => shapeOf(theirs[index] ?? '') !== shapeOf(ours[index] ?? ''),
  );
  return { recorded: theirs[at ?? 0] ?? '', here: ours[at ?? 0] ?? '' };
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '');
