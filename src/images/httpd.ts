/** Apache httpd: its document root, its default page, its logs. */
import { serveHttp } from '../cri/http.ts';
import type { HttpAnswer } from '../cri/http.ts';
import { readText } from '../cri/memory-files.ts';
import type { Process, Program } from '../cri/process.ts';
import type { Catalogued } from './catalogued.ts';
import { MB } from './catalogued.ts';
import { versionOf, versionTags } from './tags.ts';
import { accessLine, contentType, etag, findStatic, untilStopped } from './web.ts';

const NEWEST = '2.4.65';
const CONFIG = 'ServerRoot "/usr/local/apache2"\nListen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n';

function stamp(process: Process): string {
  const [, day = '', date = '', month = '', year = '', time = ''] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(process.clock.now()).toUTCString()) ?? [];
  return `[${day} ${month} ${date} ${time}.000000 ${year}]`;
}

function page(status: number, title: string, text: string): string {
  return `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${title}</title>\n</head><body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body></html>\n`;
}

const httpd: Program = async process => {
  const version = process.env.get('HTTPD_VERSION') ?? NEWEST;
  if (process.argv.includes('-v')) { await process.stdout.write(`Server version: Apache/${version} (Unix)\nServer built:   Jul 30 2026 00:00:00\n`); return 0; }
  const configPath = process.env.get('APACHE_CONF') ?? '/usr/local/apache2/conf/httpd.conf';
  const config = process.files.exists(configPath) ? readText(process.files, configPath) : CONFIG;
  if (process.argv.includes('-t')) { await process.stderr.write('Syntax OK\n'); return 0; }
  const root = process.env.get('DOCUMENT_ROOT') ?? /^\s*DocumentRoot\s+"?([^"\n]+)"?/m.exec(config)?.[1] ?? '/usr/local/apache2/htdocs';
  const ports = [...config.matchAll(/^\s*Listen\s+(?:[0-9.]+:)?([0-9]+)/gm)].map(found => Number(found[1]));
  process.useMemory(6_500_000);
  for (const port of ports.length === 0 ? [80] : ports) {
    serveHttp(process.world, process.net, port, (request): HttpAnswer => {
      const [path = '/'] = request.target.split('?');
      const served = findStatic(process.files, root, decodeURI(path), ['index.html', 'index.php']);
      if (served.type === 'file') return { status: 200, headers: { 'Last-Modified': new Date(served.modifiedAtMs).toUTCString(),
        ETag: etag(served.modifiedAtMs, served.data.length), 'Accept-Ranges': 'bytes', 'Content-Type': contentType(served.path, 'text/plain') }, body: served.data };
      if (served.type === 'directory' && path === '/') return { status: 200, headers: { 'Content-Type': 'text/html;charset=ISO-8859-1' },
        body: '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of /</title>\n </head>\n <body>\n<h1>Index of /</h1>\n<ul></ul>\n</body></html>\n' };
      if (served.type === 'redirect') return { status: 301, headers: { Location: `http://${request.headers['host'] ?? ''}${path}/`,
        'Content-Type': 'text/html; charset=iso-8859-1' }, body: page(301, 'Moved Permanently', 'The document has moved.') };
      return served.type === 'missing' ? { status: 404, headers: { 'Content-Type': 'text/html; charset=iso-8859-1' }, body: page(404, 'Not Found', 'The requested URL was not found on this server.') }
        : { status: 403, headers: { 'Content-Type': 'text/html; charset=iso-8859-1' }, body: page(403, 'Forbidden', "You don't have permission to access this resource.") };
    }, { server: `Apache/${version} (Unix)`, answered: (request, answer,
      bytes) => { void process.stdout.write(`${accessLine(process.clock.now(), request, answer.status, bytes, false).replace(/ "[^"]*" "[^"]*"$/, '')}\n`).catch(() => undefined); } });
  }
  const name = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${process.net.address}. Set the 'ServerName' directive `
    + `globally to suppress this message\n`;
  await process.stderr.write(`${name}${name}${stamp(process)} [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/${version} (Unix) configured -- resuming normal `
    + `operations\n${stamp(process)} [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n`);
  const signal = await untilStopped(process);
  await process.stderr.write(`${stamp(process)} [mpm_event:notice] [pid 1:tid 1] `
    + `${signal === 'SIGTERM' ? 'AH00491: caught SIGTERM, shutting down' : 'AH00492: caught SIGWINCH, shutting down gracefully'}\n`);
  return 0;
};

export const HTTPD: Catalogued = {
  names: ['docker.io/library/httpd', 'public.ecr.aws/docker/library/httpd', 'registry.k8s.io/e2e-test-images/httpd', 'docker.io/centos/httpd',
    'docker.io/bitnami/apache', 'mirror.gcr.io/library/httpd'],
  hasTag: versionTags({ majors: { 2: [2, 4] }, suffixes: ['alpine', 'bookworm', 'bullseye', 'trixie'], patchMax: 70 }), sizeBytes: 59 * MB, entrypoint: [],
    cmd: ['httpd-foreground'], exposedPorts: [80], stopSignal: 'SIGWINCH', workingDir: '/usr/local/apache2',
  env: { PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }, toolbox: 'debian',
  files: { '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n', '/usr/local/apache2/conf/httpd.conf': CONFIG },
  programs: { '/usr/local/bin/httpd-foreground': withWinch(httpd), '/usr/local/apache2/bin/httpd': withWinch(httpd), '/usr/local/apache2/bin/httpd-foreground': withWinch(httpd) },
  forTag: tag => ({ env: { HTTPD_VERSION: versionOf(tag, NEWEST), PATH: '/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    ...(tag.includes('alpine') ? { toolbox: 'alpine' as const, sizeBytes: 22 * MB } : {}) }),
};

/** httpd stops gracefully on SIGWINCH. */
function withWinch(program: Program): Program {
  return async process => {
    process.onSignal('SIGWINCH', () => { process.processes.kill(process.pid, 'SIGTERM'); });
    return program(process);
  };
}

export const PHP_APACHE: Catalogued = {
  ...HTTPD, names: ['docker.io/library/php', 'docker.io/library/wordpress', 'docker.io/library/drupal', 'docker.io/library/joomla', 'docker.io/library/nextcloud',
    'docker.io/library/phpmyadmin', 'gcr.io/google-samples/gb-frontend', 'gcr.io/google_samples/gb-frontend',
    'us-docker.pkg.dev/google-samples/containers/gke/gb-frontend', 'registry.k8s.io/guestbook', 'docker.io/phpmyadmin/phpmyadmin'],
  hasTag: () => true, sizeBytes: 180 * MB, cmd: ['apache2-foreground'], workingDir: '/var/www/html',
  env: { DOCUMENT_ROOT: '/var/www/html' }, files: { '/var/www/html/index.html': '<html><head><title>Guestbook</title></head><body><h2>Guestbook</h2></body></html>\n' },
  programs: { '/usr/local/bin/apache2-foreground': withWinch(httpd), '/usr/local/bin/docker-entrypoint.sh': withWinch(httpd), '*': withWinch(httpd) },
  forTag: () => ({}),
};
