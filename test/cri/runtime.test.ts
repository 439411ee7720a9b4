/** The container runtime: pulls, starts, signals, limits, logs, exec. */
import { describe, expect, it } from 'vitest';
import { startNode } from '../images/container.ts';
import { createMemoryFiles } from '../../src/cri/memory-files.ts';
import { StartError } from '../../src/cri/runtime.ts';
import { callbackOutput, bytesInput } from '../../src/cri/streams.ts';

const sh = (script: string): { image: string; command: string[] } => ({ image: 'busybox', command: ['sh', '-c', script] });

describe('pulling', () => {
  it.each([
    ['nginx:1.161', 'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.161": failed to resolve reference "docker.io/library/nginx:1.161": docker.io/library/nginx:1.161: not found'],
    ['ngnix', 'failed to pull and unpack image "docker.io/library/ngnix:latest": failed to resolve reference "docker.io/library/ngnix:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'],
    ['gcr.io/google-samples/helo-app:1.0', /pull access denied/],
    ['nohost.example/x:1', /dial tcp: lookup nohost.example: no such host$/],
    ['Nginx', /invalid reference format: repository name \(library\/Nginx\) must be lowercase$/],
  ])('%s is refused', async (image, message) => {
    const { lone, runtime } = startNode({ instantImages: false });
    await expect(lone.drive(runtime.pullImage(image))).rejects.toThrow(message);
  });
  it.each(['nginx', 'nginx:1.14.2', 'nginx:1.25.3-alpine', 'busybox:1.28', 'redis:alpine', 'mysql:5.6', 'registry.k8s.io/e2e-test-images/agnhost:2.40', 'gcr.io/google-samples/hello-app:1.0', 'postgres:15-alpine', 'httpd:2.4.23-alpine',
    'nginx@sha256:0123456789012345678901234567890123456789012345678901234567890123', 'quay.io/owner/thing:v1.2', 'us-central1-docker.pkg.dev/google-samples/microservices-demo/frontend:v0.10.3', 'wordpress:4.8-apache'])('%s is there', async (image) => {
    const { lone, runtime } = startNode();
    expect((await lone.drive(runtime.pullImage(image))).sizeBytes).toBeGreaterThan(0);
  });
  it('takes the time that the size asks for, once', async () => {
    const { lone, runtime } = startNode({ instantImages: false });
    const from = lone.world.clock.now();
    await Promise.all([lone.drive(Promise.all([runtime.pullImage('nginx'), runtime.pullImage('nginx')]))]);
    const first = lone.world.clock.now() - from;
    expect(first).toBeGreaterThan(1000);
    await lone.drive(runtime.pullImage('nginx'));
    expect(lone.world.clock.now() - from - first).toBeLessThan(500);
    expect(runtime.listImages()).toHaveLength(1);
  });
});

describe('running', () => {
  it('tells exit codes, and why', async () => {
    const node = startNode();
    const good = await node.start(sh('echo hello; sleep 1'));
    expect(node.runtime.containerStatus(good.id)).toMatchObject({ state: 'running' });
    await node.lone.advance(2000);
    expect(node.runtime.containerStatus(good.id)).toMatchObject({ state: 'exited', exitCode: 0, reason: 'Completed' });
    expect(good.log()).toBe('hello');
    const bad = await node.start(sh('echo oops >&2; exit 3'));
    await node.lone.advance(100);
    expect(node.runtime.containerStatus(bad.id)).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(node.runtime.logs(bad.id).lines).toMatchObject([{ stream: 'stderr', text: 'oops', complete: true }]);
  });
  it.each([
    [{ image: 'busybox', command: ['nope'] }, 'exec: "nope": executable file not found in $PATH: unknown'],
    [{ image: 'busybox', command: ['/nope'] }, 'exec: "/nope": stat /nope: no such file or directory: unknown'],
    [{ image: 'busybox', command: ['/etc/passwd'] }, 'exec: "/etc/passwd": permission denied: unknown'],
    [{ image: 'registry.k8s.io/pause:3.10', command: ['sh'] }, 'exec: "sh": executable file not found in $PATH: unknown'],
  ])('%j does not start', async (config, message) => {
    const node = startNode();
    const failure: unknown = await node.start(config).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect((failure as StartError).message).toContain(message);
    expect((failure as StartError).exitCode).toBe(128);
  });
  it.each([
    [{}, ['nginx', '-g', 'daemon off;']],
    [{ command: ['sleep', '9'] }, ['sleep', '9']],
    [{ args: ['sleep', '9'] }, ['sleep', '9']],
    [{ command: ['sleep'], args: ['9'] }, ['sleep', '9']],
  ])('command and args %j', async (config, argv) => {
    const node = startNode();
    const started = await node.start({ image: 'nginx', ...config });
    await node.lone.advance(50);
    expect((await started.exec(['cat', '/proc/1/cmdline'])).out).toBe(`${argv.join('\0').replaceAll(' ', '\0')}\0`);
  });
  it('ignores SIGTERM as PID 1 without a handler, and is killed after the grace', async () => {
    const node = startNode();
    const started = await node.start({ image: 'busybox', command: ['sleep', '3600'] });
    const from = node.lone.world.clock.now();
    await node.lone.drive(node.runtime.stopContainer(started.id, 5000));
    expect(node.lone.world.clock.now() - from).toBe(5000);
    expect(node.runtime.containerStatus(started.id)).toMatchObject({ exitCode: 137 });
  });
  it('handles SIGTERM where a trap does', async () => {
    const node = startNode();
    const started = await node.start(sh('trap "echo bye; exit 0" TERM; while true; do sleep 1; done'));
    await node.lone.drive(node.runtime.stopContainer(started.id, 30_000));
    expect(node.runtime.containerStatus(started.id)).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(started.log()).toBe('bye');
  });
  it('is killed when it uses more memory than its limit', async () => {
    const node = startNode();
    const started = await node.start({ image: 'polinux/stress', command: ['stress'], args: ['--vm', '1', '--vm-bytes', '250M', '--vm-hang', '1'], resources: { memoryLimitBytes: 100 * 1024 ** 2 } });
    await node.lone.advance(5000);
    expect(node.runtime.containerStatus(started.id)).toMatchObject({ state: 'exited', exitCode: 137, reason: 'OOMKilled' });
  });
  it('shares the processor by limits and requests, and accounts for it', async () => {
    const node = startNode({ cpuMillis: 1000 });
    const hot = { image: 'busybox', command: ['sh', '-c', 'while :; do :; done'] };
    const limited = await node.start({ ...hot, resources: { cpuRequestMillis: 100, cpuLimitMillis: 200 } });
    const small = await node.start({ ...hot, resources: { cpuRequestMillis: 100 } });
    const big = await node.start({ ...hot, resources: { cpuRequestMillis: 300 } });
    const before = [limited, small, big].map((one) => node.runtime.stats(one.id)?.cpuUsageMs ?? 0);
    await node.lone.advance(20_000);
    const used = [limited, small, big].map((one, index) => (node.runtime.stats(one.id)?.cpuUsageMs ?? 0) - (before[index] ?? 0));
    expect(used.map((ms) => Math.round(ms / 1000))).toEqual([4, 4, 12]);
    expect(node.runtime.stats(limited.id)?.cpuNanoCores).toBeGreaterThan(1.9e8);
    expect(node.runtime.stats(limited.id)?.cpuNanoCores).toBeLessThan(2.1e8);
  });
  it('mounts, read-only roots and users without privileges', async () => {
    const node = startNode();
    const files = createMemoryFiles({ now: () => 0 });
    files.writeFile('/key', 'value');
    const started = await node.start({ image: 'busybox', command: ['sleep', '99'], readOnlyRootFilesystem: true, user: { uid: 1000, gid: 3000, groups: [2000] }, mounts: [{ path: '/cfg', files, readOnly: true }] });
    const ran = await started.exec(['sh', '-c', 'id; cat /cfg/key; echo; echo x > /cfg/key; echo y > /file; ls /root; ls /']);
    expect(ran.out.split('\n')).toEqual([
      'uid=1000 gid=3000 groups=2000,3000', 'value', "sh: can't create /cfg/key: Read-only file system", "sh: can't create /file: Read-only file system", "ls: can't open '/root': Permission denied",
      'bin', 'cfg', 'dev', 'etc', 'home', 'lib', 'lib64', 'mnt', 'opt', 'proc', 'root', 'run', 'sys', 'tmp', 'usr', 'var', '',
    ]);
  });
  it('a container that is removed takes its processes and its time with it', async () => {
    const node = startNode();
    const started = await node.start(sh('while :; do echo x; sleep 1; done'));
    node.runtime.removePodSandbox(started.sandbox.id);
    expect(node.runtime.listContainers()).toEqual([]);
    await node.lone.advance(10_000);
    expect(node.runtime.nodeUsage()).toMatchObject({ cpuMillis: 0 });
  });
});

describe('exec and attach', () => {
  it('runs a command with its input, output and exit code', async () => {
    const node = startNode();
    const started = await node.start({ image: 'busybox', command: ['sleep', '99'] });
    expect(await started.exec(['cat'], { stdin: 'in\n' })).toEqual({ code: 0, out: 'in\n' });
    expect(await started.exec(['sh', '-c', 'exit 5'])).toEqual({ code: 5, out: '' });
    await expect(started.exec(['bash'])).rejects.toThrow(/exec: "bash": executable file not found in \$PATH: unknown$/);
  });
  it('a terminal echoes, prompts and knows Ctrl-C and Ctrl-D', async () => {
    const node = startNode();
    const started = await node.start({ image: 'busybox', command: ['sleep', '9999'] });
    let out = '';
    let feed: (text: string) => void = () => undefined;
    const queue: Uint8Array[] = [];
    feed = (text) => queue.push(new TextEncoder().encode(text));
    const stdin = { read: async (): Promise<Uint8Array | undefined> => { while (queue.length === 0) await node.lone.world.clock.sleep(10); return queue.shift(); }, close: () => undefined };
    const session = node.runtime.exec(started.id, { command: ['sh'], tty: true, stdin, stdout: callbackOutput((data) => { out += new TextDecoder().decode(data); }) });
    const exit = session.exit();
    await node.lone.advance(100);
    for (const text of ['echo hi\r', 'sleep 100\r', '\x03', 'echo $?\r', '\x04']) { feed(text); await node.lone.advance(500); }
    expect(out).toBe('/ # echo hi\r\nhi\r\n/ # sleep 100\r\n^C\r\n/ # echo $?\r\n130\r\n/ # \r\n');
    expect(await node.lone.drive(exit)).toBe(0);
  });
  it('attaches to what runs', async () => {
    const node = startNode();
    const started = await node.start({ ...sh('read x; echo "got $x"'), stdin: true, stdinOnce: true });
    let out = '';
    const session = node.runtime.attach(started.id, { tty: false, stdin: bytesInput('word\n'), stdout: callbackOutput((data) => { out += new TextDecoder().decode(data); }) });
    expect(await node.lone.drive(session.exit())).toBe(0);
    expect(out).toBe('got word\n');
    expect(started.log()).toBe('got word');
  });
  it('containers with a shared PID namespace see one another', async () => {
    const node = startNode();
    const started = await node.start({ image: 'busybox', command: ['sleep', '77'], sharedPids: true });
    expect((await started.exec(['ps'])).out).toContain('sleep 77');
    await started.exec(['sh', '-c', 'kill $(pgrep sleep)']);
    await node.lone.advance(100);
    expect(node.runtime.containerStatus(started.id)).toMatchObject({ state: 'exited', exitCode: 143 });
  });
});

describe('stopped processes', () => {
  it('stand still at SIGSTOP, hear signals at SIGCONT, and die of SIGKILL', async () => {
    const node = startNode();
    const started = await node.start(sh('trap "echo term; exit 0" TERM; while true; do echo tick; sleep 1; done'));
    await node.lone.advance(2500);
    const before = started.log();
    node.runtime.signalContainer(started.id, 'SIGSTOP');
    await node.lone.advance(60_000);
    expect(started.log()).toBe(before);
    node.runtime.signalContainer(started.id, 'SIGTERM');
    await node.lone.advance(60_000);
    expect(node.runtime.containerStatus(started.id)).toMatchObject({ state: 'running' });
    node.runtime.signalContainer(started.id, 'SIGCONT');
    await node.lone.advance(2000);
    expect(node.runtime.containerStatus(started.id)).toMatchObject({ state: 'exited', exitCode: 0 });
    expect(started.log()).toBe(`${before}\nterm`);
    const other = await node.start({ image: 'nginx' });
    node.runtime.signalContainer(other.id, 'SIGSTOP');
    await node.lone.drive(node.runtime.stopContainer(other.id, 3000));
    expect(node.runtime.containerStatus(other.id)).toMatchObject({ exitCode: 137 });
  });
});
