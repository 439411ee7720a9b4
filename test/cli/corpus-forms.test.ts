/** The pure parts of `tabernetes corpus`: which commands wait for a person, what a command is about, which outputs are alike. */
import { describe, expect, it } from 'vitest';
import { commandOf } from '../../src/cli/corpus/entries.ts';
import { isEndless, isInteractive } from '../../src/cli/corpus/endless.ts';
import { namespacesIn } from '../../src/cli/corpus/play-manifests.ts';
import { partsOf, placeOf, typedAfter } from '../../src/cli/corpus/play-page.ts';
import { mismatches, writeMismatches } from '../../src/cli/corpus/report.ts';
import { firstDifference, sameShape } from '../../src/cli/corpus/shape.ts';
import { subcommandOf } from '../../src/cli/corpus/subcommand.ts';
import { judge } from '../../src/cli/corpus/verdict.ts';

describe('commands that never end', () => {
  it.each([
    ['kubectl get pods -w', true],
    ['kubectl get pods --watch', true],
    ['kubectl get pods -lapp=web -ow', false],
    ['kubectl get pod -o wide', false],
    ['kubectl get po -n shop -Aw', true],
    ['kubectl logs -f web', true],
    ['kubectl logs web --follow', true],
    ['kubectl logs web', false],
    ['kubectl -n shop port-forward svc/web 8080:80', true],
    ['kubectl port-forward svc/web 8080:80 &', false],
    ['kubectl proxy --port=8001', true],
    ['top', true],
    ['yes', true],
    ['yes | rm -r x', false],
    ['kubectl top pods', false],
    ['watch kubectl get pods', true],
    ['while true; do curl web; done', true],
    ['kubectl rollout status deploy/web', false],
    ['kubectl exec web -- tail -f /var/log/x', true],
    ['kubectl get pods # or with -w', false],
    ["echo 'run it with -w'", false],
    ['kubectl exec -it web -- top', true],
  ])('%s: %s', (command, endless) => expect(isEndless(command)).toBe(endless));
});

describe('commands that read what is typed', () => {
  it.each([
    ['kubectl exec -it web -- sh', true],
    ['kubectl exec web -it -- sh', true],
    ['kubectl run --rm -i -t --image=alpine t -- sh', true],
    ['kubectl exec --stdin --tty web -- sh', true],
    ['k run -it x --image=busybox', true],
    ['kubectl exec web -- grep -i name', false],
    ['kubectl get pods | grep -i web', false],
    ['kubectl debug -ti web --image=busybox', true],
  ])('%s: %s', (command, interactive) => expect(isInteractive(command)).toBe(interactive));
  it('get the lines inside the Pod that follow', () => {
    const rows = [
      ['kubectl exec -it web -- sh', 'host'],
      ['ls', 'pod'],
      ['exit', 'pod'],
      ['kubectl get pods', 'host'],
      ['ls', 'pod'],
    ].map(([command, where]) => commandOf({ command, where }));
    expect([typedAfter(rows, 0), typedAfter(rows, 3)]).toEqual(['ls\nexit\n', undefined]);
  });

  it('is cut after what needs a Ctrl-C', () => {
    expect(partsOf('ls\ntcpdump\nlsof\nexit\n')).toEqual(['ls\ntcpdump\n', 'lsof\nexit\n']);
    expect(partsOf('ls\n')).toEqual(['ls\n']);
  });
});

it.each([
  ['kubectl get pods', 'get'],
  ['kubectl -n shop rollout status deploy/web', 'rollout status'],
  ['POD=$(kubectl get pods -o name)', 'get'],
  ['cat <<EOF | kubectl apply -f -\nkind: Pod\nEOF', 'apply'],
  ['k create deploy web --image=nginx', 'create deploy'],
  ['echo kubectl', undefined],
  ['kubectl set image deploy/web web=nginx', 'set image'],
  ['ls', undefined],
])('%s is about %s', (command, subcommand) => expect(subcommandOf(command)).toBe(subcommand));

it.each([
  ['a.yaml', 'a.yaml'],
  ['./b/a.yaml', 'b/a.yaml'],
  ['~/b/a.yaml', 'b/a.yaml'],
  ['https://tea.example/pots/a.yaml?raw=1', 'tea.example/pots/a.yaml'],
])('%s lies at %s', (arg, place) => expect(placeOf(arg)).toBe(place));

it('finds the namespaces of a manifest', () => {
  expect(
    namespacesIn(
      'metadata:\n  name: a\n  namespace: shop\n---\nmetadata: \n  namespace: "stock" # there\n---\n  "namespace": "till",\n  namespace: shop\n  namespace: ${NS}\n',
    ),
  ).toEqual(['shop', 'stock', 'till']);
});

describe('shapes', () => {
  it.each([
    ['web-7c5ddbdf54-abcde   1/1   Running   0   5m2s', 'web-6b7f4d8c9d-x2x9z 1/1 Running 0 3d', true],
    ['kubernetes ClusterIP 10.0.0.1 <none> 443/TCP 2d', 'kubernetes   ClusterIP   10.96.0.1   <none>   443/TCP   11s', true],
    ['web 1/1', 'web 0/1', false],
    ['created: 2020-01-02T03:04:05Z', 'created: 2026-05-06T07:08:09Z', true],
    ['node/minikube cordoned', 'node/worker-2 cordoned', true],
  ])('%s and %s: %s', (one, other, same) => expect(sameShape(one, other)).toBe(same));
});

describe('verdicts', () => {
  const ended = { exitCode: 0, stdout: '', stderr: '', interrupted: false, crashes: [] as string[] };
  it.each([
    ['exit 0', undefined, false, {}, true],
    ['exit 1', undefined, false, { exitCode: 1 }, false],
    ['the exit code that is right', 1, false, { exitCode: 1, stderr: 'error: unknown flag: --replicas' }, true],
    ['another one', 1, false, {}, false],
    ['a missing command in a pipe', undefined, false, { stderr: '-bash: yolo: command not found' }, false],
    ['a missing command, whatever is expected', 127, false, { exitCode: 127, stderr: '-bash: yolo: command not found' }, false],
    ['an unknown flag in a pipe', undefined, false, { stderr: 'error: unknown flag: --nope' }, false],
    ['Ctrl-C at what never ends', undefined, true, { exitCode: 130, interrupted: true }, true],
    ['Ctrl-C at what should have ended', undefined, false, { exitCode: 130, interrupted: true }, false],
    ['an error before Ctrl-C', undefined, true, { exitCode: 130, interrupted: true, stderr: 'Error from server: no' }, false],
    ['a warning before Ctrl-C', undefined, true, { exitCode: 130, interrupted: true, stderr: 'Warning: so' }, true],
    ['what fails before it could never end', undefined, true, { exitCode: 1 }, false],
    ['an error of the engine', undefined, false, { crashes: ['boom'] }, false],
    ['an internal error', undefined, false, { stderr: 'Error from server (InternalError): x' }, false],
  ])('%s', (_name, expectExit, endless, change, works) => expect(judge(expectExit, endless, { ...ended, ...change }).works).toBe(works));
});

describe('outputs of another shape', () => {
  const outcome = { category: 'kubectl-get', works: true, exitCode: 0, stderr: '', virtualMs: 0 };
  const recorded = 'NAME   AGE\ntea    3d\nmilk   2h\n';
  const page = {
    source: 'own',
    page: 'tea.md',
    wallMs: 1,
    commands: [
      { ...outcome, order: 1, command: 'kubectl get cups', stdout: 'NAME AGE\ntea 5s\nsugar 2h\n', matches: false, expected: recorded },
      { ...outcome, order: 2, command: 'kubectl get pots \\\n  -o wide', stdout: '', matches: false, expected: recorded },
      { ...outcome, order: 3, command: 'kubectl get all', stdout: recorded, matches: true, expected: recorded },
      { ...outcome, order: 4, command: 'helm list', stdout: '', matches: false, expected: recorded, uncounted: 'helm' as const },
    ],
  };

  it('are told apart from ages', () => {
    expect(firstDifference(recorded, 'NAME  AGE\ntea  9m\ncream  1h\n')).toEqual({ recorded: 'milk   2h', here: 'cream  1h' });
    expect(firstDifference('a\n', 'a\nb\n')).toEqual({ recorded: '', here: 'b' });
  });

  it('are listed by the first line that differs', () => {
    expect(writeMismatches(mismatches([page]))).toBe(
      [
        'Outputs of another shape, by the first line that differs',
        '  tea.md 1: kubectl get cups',
        '    recorded: milk   2h',
        '    here:     sugar 2h',
        '  tea.md 2: kubectl get pots \\ ...',
        '    recorded: NAME   AGE',
        '    here:     ',
        '',
      ].join('\n'),
    );
    expect(writeMismatches([])).toBe('');
  });
});
