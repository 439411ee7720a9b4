/** The update demo: two pictures, each with a document that names it.
 *  Upstream: test/images/{nautilus,kitten} */
import { fromUtf8 } from '../base/bytes.ts';
import { parseTarget, serveHttp } from '../cri/http.ts';
import type { Program } from '../cri/process.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { anyTag } from './tags.ts';
import { contentType, findStatic, textAnswer, untilStopped } from './web.ts';

const PORT = 80;

const server: Program = async (process) => {
  serveHttp(process.world, process.net, PORT, ({ target }) => {
    const found = findStatic(process.files, '/', parseTarget(target).path, ['index.html']);
    return found.type === 'file'
      ? textAnswer(200, fromUtf8(found.data), { 'Content-Type': contentType(found.path) })
      : textAnswer(404, '404 page not found\n');
  });
  await untilStopped(process);
  return 0;
};

const picture = (name: string): Catalogued => ({
  names: [`registry.k8s.io/e2e-test-images/${name}`, `k8s.gcr.io/e2e-test-images/${name}`, `gcr.io/kubernetes-e2e-test-images/${name}`],
  hasTag: anyTag,
  sizeBytes: 20 * MB,
  entrypoint: ['/test-webserver'],
  cmd: [],
  exposedPorts: [PORT],
  files: {
    '/data.json': `{\n"image": "${name}.jpg"\n}\n`,
    '/index.html': `<html><head><title>Update Demo</title></head><body><img src="${name}.jpg" alt="${name}"></body></html>\n`,
  },
  programs: { '/test-webserver': server },
  toolbox: 'busybox',
});

export const UPDATE_DEMO: readonly Catalogued[] = [
  picture('nautilus'),
  picture('kitten'),
  { ...picture('nautilus'), names: ['gcr.io/google_containers/update-demo'], forTag: (tag) => ({ files: picture(tag).files }) },
];
