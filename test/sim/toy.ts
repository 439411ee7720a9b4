/** A toy cluster for tests of the kernel: a store with watches and leases, nodes that pull and start Pods, and a shell
 *  that asks at zero latency. It bundles into a worker, so it imports nothing of the test runner. */
import { Queue } from '../../src/base/queue.ts';
import { AbortedError, TimeoutError, abandon, withTimeout } from '../../src/base/with-timeout.ts';
import type { MachineContext } from '../../src/sim/machine-context.ts';

interface ToyPod { readonly name: string; readonly node?: string; readonly phase: string; readonly rev: number }
type Body = { readonly t: string; readonly id?: number; readonly [key: string]: unknown };

export function buildToy(context: MachineContext, kind: string, options: object): void {
  if (kind === 'hub') buildHub(context);
  else if (kind === 'node') buildNode(context);
  else if (kind === 'shell') buildShell(context);
  else if (kind === 'hang') buildHang(context, options as { afterMs: number });
  else throw new Error(`no such kind: ${kind}`);
}

function buildHub(context: MachineContext): void {
  const pods = new Map<string, ToyPod>();
  const leases = new Map<string, number>();
  const watchers = new Map<string, true>();
  const informers = [new Queue<ToyPod>(context), new Queue<ToyPod>(context), new Queue<ToyPod>(context)];
  let revision = 0;
  const put = (pod: Omit<ToyPod, 'rev'>): void => {
    revision += 1;
    const stored: ToyPod = Object.freeze({ ...pod, rev: revision });
    pods.set(pod.name, stored);
    context.record('put', `${revision} ${pod.name} ${JSON.stringify(stored)}`);
    for (const informer of informers) informer.push(stored);
    for (const to of watchers.keys()) context.send(to, { t: 'event', pod: stored });
  };
  // Three tasks are woken by one write: whoever acts first must not depend on microtasks.
  informers.forEach((informer, index) => {
    context.spawn(`controller-${index}`, async () => {
      for await (const pod of informer) {
        for (let turn = 0; turn < index; turn += 1) await null;
        await reconcile(index, pod);
      }
    });
  });
  const random = context.random.fork('scheduler');
  async function reconcile(index: number, seen: ToyPod): Promise<void> {
    context.trace({ type: 'reconcile', controller: `toy-${index}`, key: seen.name, outcome: 'done' });
    if (index !== 1) return;
    await context.clock.sleep(20 + random.int(30));
    const pod = pods.get(seen.name);
    const ready = [...leases.keys()].sort();
    if (!pod || pod.node !== undefined || ready.length === 0) return;
    put({ name: pod.name, node: ready[random.int(ready.length)], phase: 'Pending' });
  }
  context.spawn('leases', async () => {
    for (;;) {
      await context.clock.sleep(5000);
      for (const [node, at] of [...leases]) {
        if (context.clock.now() - at < 12_000) continue;
        leases.delete(node);
        context.trace({ type: 'fault', name: 'lost', target: node, active: true });
        for (const pod of [...pods.values()]) if (pod.node === node) put({ name: pod.name, phase: 'Pending' });
      }
    }
  });
  context.onMessage((message) => {
    const body = message.body as Body;
    const answer = (more: object): void => context.send(message.from, { t: 'answer', id: body.id ?? 0, ...more });
    switch (body.t) {
      case 'lease': leases.set(message.from, context.clock.now()); return answer({ rev: revision });
      case 'watch':
        watchers.set(message.from, true);
        for (const pod of pods.values()) context.send(message.from, { t: 'event', pod });
        return answer({});
      case 'status': {
        const pod = pods.get(String(body.name));
        if (pod) put({ ...pod, phase: String(body.phase) });
        return answer({});
      }
      case 'run': put({ name: String(body.name), phase: 'Pending' }); return answer({ rev: revision });
      case 'get': return answer({ pods: [...pods.values()].map(({ name, node, phase }) => `${name} ${node ?? '-'} ${phase}`) });
      case 'seen': return context.trace({ type: 'runtime', node: 'shell', what: 'seen', detail: `${String(body['rev'])} of ${revision}` });
      case 'peek': return context.output('peek', { pods: [...pods.values()].map(({ name, phase }) => `${name} ${phase}`) }, { observed: false });
    }
  });
}

function caller(context: MachineContext, to: string): { call(body: Body, limitMs: number): Promise<Body>; answer(body: Body): void } {
  let next = 0;
  const waiting = new Map<number, (body: Body) => void>();
  return {
    call: (body, limitMs) => withTimeout(context, limitMs, async (signal) => {
      next += 1;
      const id = next;
      return context.suspend<Body>((settle) => {
        const aborted = (): void => settle.reject(new AbortedError());
        waiting.set(id, settle.resolve);
        signal.addEventListener('abort', aborted);
        context.send(to, { ...body, id });
        return { [Symbol.dispose]() { waiting.delete(id); signal.removeEventListener('abort', aborted); } };
      });
    }),
    answer: (body) => waiting.get(body.id as number)?.(body),
  };
}

function buildNode(context: MachineContext): void {
  const hub = caller(context, 'control-plane');
  const running = new Map<string, Promise<void>>();
  const inbox = new Queue<ToyPod>(context);
  context.onMessage(({ body }) => {
    const message = body as Body;
    if (message.t === 'event') inbox.push(message['pod'] as ToyPod);
    else hub.answer(message);
  });
  context.spawn('lease', async () => {
    for (;;) {
      try {
        await hub.call({ t: 'lease' }, 2000);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        context.trace({ type: 'runtime', node: context.machine, what: 'lease timed out' });
      }
      await context.clock.sleep(3000 + context.random.int(500));
    }
  });
  context.spawn('pods', async () => {
    abandon(hub.call({ t: 'watch' }, 1000));
    for await (const pod of inbox) {
      if (pod.node !== context.machine || pod.phase !== 'Pending' || running.has(pod.name)) continue;
      const process = context.scope(pod.name);
      running.set(pod.name, Promise.resolve());
      process.world.spawn('start', async () => {
        await process.world.clock.sleep(200 + process.world.random.int(800));
        const size = await process.world.external(Promise.resolve(7));
        context.trace({ type: 'runtime', node: context.machine, what: 'started', detail: `${pod.name} ${size}` });
        try {
          await hub.call({ t: 'status', name: pod.name, phase: 'Running' }, 2000);
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        }
      });
    }
  });
}

function buildShell(context: MachineContext): void {
  const hub = caller(context, 'control-plane');
  // The hub writes at zero latency in the midst of a window, and is answered at the same instant.
  context.send('control-plane', { t: 'watch' });
  context.spawn('poll', async () => {
    for (;;) {
      await context.clock.sleep(700 + context.random.int(300));
      const before = context.clock.micros();
      await hub.call({ t: 'get' }, 1000);
      if (context.clock.micros() !== before) throw new Error('the answer took time');
    }
  });
  context.onMessage(({ body }) => {
    const message = body as Body;
    if (message.t === 'answer') return hub.answer(message);
    if (message.t === 'event') return context.send('control-plane', { t: 'seen', rev: (message['pod'] as ToyPod).rev });
    context.spawn('command', async () => {
      const repeat = Number(message['repeat'] ?? 1);
      for (let i = 0; i < repeat; i += 1) {
        const answer = await hub.call({ ...message, ...(message['name'] === undefined ? {} : { name: `${String(message['name'])}-${i}` }) }, 1000);
        context.output('stdout', { at: context.clock.micros(), answer });
      }
    });
  });
}

/** A program that never gives the processor back. */
function buildHang(context: MachineContext, options: { afterMs: number }): void {
  context.spawn('spin', async () => {
    await context.clock.sleep(options.afterMs);
    for (;;) if (options.afterMs < 0) return;
  });
}
