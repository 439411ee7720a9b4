/** What people type by mistake or to see what breaks: each ends with a clear error or with Ctrl-C, and the cluster and the
 *  session go on with everything that was there before. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../../src/sandbox/sandbox.ts';
import { openPlayer } from '../tutorials/play.ts';
import type { Player } from '../tutorials/play.ts';

/** Cluster time in which an answer must be there. */
const PATIENCE_MICROS = 5e6;

let player: Player;

beforeAll(async () => {
  player = await openPlayer();
  await player.run('kubectl create configmap keep --from-literal=a=b');
  await player.run('kubectl run box --image=busybox --restart=Never -- sleep 1000000');
  await player.run('kubectl wait --for=condition=Ready pod/box --timeout=60s');
});

afterAll(() => player.sandbox.close());

/** Runs what is bad; afterwards everything is there and answers. */
async function survive(line: string, seconds = 30): Promise<CommandResult> {
  const ended = await player.result(line, { limitMicros: seconds * 1e6 });
  const nodes = await player.result('kubectl get nodes', { limitMicros: PATIENCE_MICROS });
  expect([nodes.exitCode, nodes.interrupted, nodes.stdout.match(/ Ready /g)?.length], line).toEqual([0, undefined, 4]);
  expect(await player.run('kubectl get configmap/keep pod/box -o name'), line).toBe('configmap/keep\npod/box\n');
  return ended;
}

describe('manifests', () => {
  it.each([
    ['a key out of line', `printf 'apiVersion: v1\\nkind: Pod\\nmetadata:\\n  name: x\\n bad: y\\n' | kubectl apply -f -`, /error parsing STDIN: error converting YAML to JSON: yaml: line \d+: did not find expected key/],
    ['an open list', `printf 'a: [1, 2\\nb: 3\\n' | kubectl apply -f -`, /yaml: line \d+: did not find expected ',' or '\]'/],
    ['a tab', `printf 'a:\\n\\tb: 3\\n' | kubectl apply -f -`, /yaml: line \d+: found character that cannot start any token/],
    ['an unknown kind', `printf 'apiVersion: v1\\nkind: Foo\\nmetadata: {name: x}\\n' | kubectl apply -f -`, /no matches for kind "Foo" in version "v1"\nensure CRDs are installed first/],
    ['an unknown field', `printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: x}\\nbogus: 1\\n' | kubectl apply -f -`, /strict decoding error: unknown field "bogus"/],
    ['a scalar', 'echo hello | kubectl apply -f -', /invalid object to validate|cannot unmarshal string/],
    ['nothing', 'kubectl apply -f - < /dev/null', /no objects passed to apply/],
    ['a directory that is none', 'kubectl apply -f nowhere/', /the path "nowhere\/" does not exist/],
    ['noise', 'head -c 100000 /dev/urandom | kubectl apply -f -', /error/],
    ['zeros', 'head -c 3000000 /dev/zero | kubectl apply -f -', /error/],
  ])('%s', async (_name, line, error) => {
    const { exitCode, stderr } = await survive(line);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(error)]);
    expect(stderr.length).toBeLessThan(2000);
  });

  it('aliases that grow without end', async () => {
    const levels = [...'abcdefgh'].map((name, i) => `${name}: &${name} [${Array<string>(9).fill(i === 0 ? 'x' : `*${'abcdefgh'[i - 1]}`).join(',')}]`);
    await player.sandbox.files.write('laughs.yaml', levels.join('\n'));
    expect(await survive('kubectl apply -f laughs.yaml')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('excessive aliasing') });
  });

  it('brackets as deep as a well', async () => {
    for (const [open, count] of [['[', 20_000], ['{"a":', 20_000], ['- ', 5000]] as const) {
      await player.sandbox.files.write('deep.yaml', open.repeat(count));
      const { exitCode, stderr } = await survive('kubectl apply -f deep.yaml');
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^error: .{10,300}\n/)]);
    }
  });

  it('thousands of documents', async () => {
    await player.sandbox.files.write('many.yaml', Array.from({ length: 2000 }, (_, i) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${i}}\ndata: {a: b}\n`).join('---\n'));
    expect((await survive('kubectl apply -f many.yaml | tail -1')).stdout).toBe('configmap/c1999 created\n');
    expect((await survive('kubectl delete -f many.yaml | wc -l')).stdout.trim()).toBe('2000');
  });

  it('an object of several megabytes', async () => {
    await survive("head -c 5000000 /dev/zero | tr '\\0' x > blob.txt");
    const { exitCode, stderr } = await survive('kubectl create configmap big --from-file=blob.txt');
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/too large|Too long: may not be more than 1048576 bytes/i)]);
  });
});

describe('programs without an end', () => {
  it.each([
    ['yes'], ['cat /dev/zero'], ['while :; do :; done'], ['while :; do echo again; done'], ['sleep infinity'],
    ['kubectl exec box -- yes'], ['kubectl exec box -- cat /dev/zero'], ["kubectl exec box -- sh -c 'while :; do :; done'"], ['kubectl get pods -w'],
  ])('%s ends with Ctrl-C', async (line) => {
    const { exitCode, interrupted, stdout } = await survive(line, 3);
    expect([exitCode, interrupted]).toEqual([130, true]);
    expect(stdout.length).toBeLessThan(32 * 1024 * 1024);
  });

  it('a container that writes for ever keeps a log of bounded size', async () => {
    await player.run('kubectl run noisy --image=busybox --restart=Never -- yes');
    await player.run('kubectl wait --for=condition=Ready pod/noisy --timeout=30s');
    expect(await survive('kubectl logs -f noisy', 20)).toMatchObject({ exitCode: 130, interrupted: true });
    expect(Number((await survive('kubectl logs noisy | wc -l')).stdout)).toBeLessThan(50_000);
    await player.run('kubectl delete pod noisy --now');
  });

  it.each([
    ["kubectl exec box -- sh -c ':(){ :|:& };:'"], ["kubectl exec box -- sh -c 'f() { f | f & }; f'"], ['f() { f | f & }; f'], ["kubectl exec box -- sh -c 'f() { f; }; f'"],
  ])('%s stays in its container', async (line) => {
    await survive(line, 20);
    expect(await player.run('kubectl get pod box -o jsonpath={.status.phase}')).toBe('Running');
  });
});
