/** What the cluster keeps in memory, in MB of heap after a collection: `bad` after bad input, `hours COUNT` after virtual hours of
 *  an idle cluster, `busy COUNT` after hours in which a Deployment restarts every ten minutes. Needs --expose-gc. Prints JSON. */
import { openCluster } from '../src/cluster/open.ts';
import { makeProfile } from '../src/cluster/profile.ts';
import type { Sandbox, Session } from '../src/sandbox/sandbox.ts';

const HOUR_S = 3600;
/** Twice the time between two compactions of etcd: what was deleted before is gone. */
const COMPACTED_S = 660;

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('memory is measured with --expose-gc');

/** A turn of the event loop lies between: what a finished call still holds is let go then. */
async function heapMb(): Promise<number> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  collect?.();
  collect?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

async function open(): Promise<{
  readonly sandbox: Sandbox;
  readonly session: Session;
  run(line: string, seconds?: number): Promise<void>;
}> {
  const sandbox = await openCluster({ profile: makeProfile({ nodes: 3 }), playing: false, speed: Infinity });
  const session = await sandbox.shell();
  const run = async (line: string, seconds = 120): Promise<void> => {
    await session.run(line, { limitMicros: seconds * 1e6 });
  };
  return { sandbox, session, run };
}

const documents = (count: number): string =>
  Array.from({ length: count }, (_, i) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${i}}\ndata: {a: b}\n`).join('---\n');

async function bad(): Promise<object> {
  const { sandbox, run } = await open();
  await run('kubectl run box --image=busybox --restart=Never -- sleep 1000000');
  await run('kubectl wait --for=condition=Ready pod/box --timeout=60s');
  const apply = async (count: number): Promise<void> => {
    await sandbox.files.write('many.yaml', documents(count));
    await run('kubectl apply -f many.yaml | tail -1');
    await run('kubectl delete -f many.yaml | wc -l');
    await run('rm many.yaml');
  };
  // What everybody does once: the engine's code is loaded and compiled.
  await apply(50);
  await run('kubectl exec box -- head -c 100000 /dev/zero | wc -c');
  await run(`sleep ${COMPACTED_S}`, 2 * COMPACTED_S);
  const figures: Record<string, number> = { before: await heapMb() };
  const after = async (name: string, work: () => Promise<void>): Promise<void> => {
    await work();
    await run(`sleep ${COMPACTED_S}`, 2 * COMPACTED_S);
    figures[name] = await heapMb();
  };
  await after('documents', () => apply(2000));
  await after('exec', () => run('kubectl exec box -- head -c 11000000 /dev/zero | wc -c'));
  await after('endless', () => run('yes', 5));
  await after('bomb', () => run("kubectl exec box -- sh -c ':(){ :|:& };:'", 10));
  return figures;
}

async function hours(count: number, isBusy: boolean): Promise<object> {
  const { run } = await open();
  if (isBusy) await run('kubectl create deployment web --image=nginx --replicas=10');
  const figures: Record<string, number> = { start: await heapMb() };
  for (let hour = 1; hour <= count; hour += 1) {
    for (let part = 0; part < 6; part += 1) {
      if (isBusy) await run('kubectl rollout restart deployment/web');
      await run(`sleep ${HOUR_S / 6}`, HOUR_S);
    }
    if (hour === 1 || hour % 6 === 0) figures[`hour${hour}`] = await heapMb();
  }
  return figures;
}

const [mode, number = '24'] = process.argv.slice(2);
const measure = { bad, hours: () => hours(Number(number), false), busy: () => hours(Number(number), true) }[mode ?? ''];
if (measure === undefined) throw new Error(`bad, hours or busy, not ${mode}`);
process.stdout.write(`${JSON.stringify(await measure())}\n`);
process.exit(0);
