/** The node's runtime as the kubelet calls it: the runtime lives on when the kubelet is killed, so each wait for it is the
 *  kubelet's own and ends with it. */
import type { World } from '../base/world.ts';
import type { ExecSession, Runtime } from '../cri/runtime.ts';

/** Waits in `world` for work that ends elsewhere. */
export function waitFor<T>(world: World, name: string, work: () => Promise<T>): Promise<T> {
  return world.suspend<T>((settle) => {
    world.spawn(name, async () => {
      try {
        settle.resolve(await work());
      } catch (error) {
        settle.reject(error);
      }
    });
  });
}

export function ownRuntime(world: World, runtime: Runtime): Runtime {
  const session = (inner: ExecSession): ExecSession => ({ ...inner, exit: () => waitFor(world, 'exec', () => inner.exit()) });
  return {
    ...runtime,
    pullImage: (image) => waitFor(world, `pull ${image}`, () => runtime.pullImage(image)),
    runPodSandbox: (config) => waitFor(world, 'run sandbox', () => runtime.runPodSandbox(config)),
    stopPodSandbox: (id) => waitFor(world, 'stop sandbox', () => runtime.stopPodSandbox(id)),
    startContainer: (id) => waitFor(world, 'start container', () => runtime.startContainer(id)),
    stopContainer: (id, graceMs) => waitFor(world, 'stop container', () => runtime.stopContainer(id, graceMs)),
    exec: (id, options) => session(runtime.exec(id, options)),
    attach: (id, options) => session(runtime.attach(id, options)),
  };
}
