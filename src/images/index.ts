/** The table of images. */
import { AGNHOST, DNSUTILS, GOPROXY, LIVENESS, SERVE_HOSTNAME, TEST_WEBSERVER } from './agnhost.ts';
import type { Catalogued } from './catalogued.ts';
import { BROKERS, MONGO, MYSQL, POSTGRES } from './databases.ts';
import { HELLOS } from './hello.ts';
import { HTTPD, PHP_APACHE } from './httpd.ts';
import { NGINX } from './nginx.ts';
import { ALPINE, BASH, BUSYBOX, CENTOS, DEBIAN, PAUSE, UBUNTU } from './plain.ts';
import { REDIS } from './redis.ts';
import { RUNTIMES } from './runtimes.ts';
import { UPDATE_DEMO } from './update-demo.ts';

export const IMAGES: readonly Catalogued[] = [
  PAUSE, NGINX, BUSYBOX, ALPINE, DEBIAN, UBUNTU, CENTOS, BASH, REDIS, HTTPD, PHP_APACHE, AGNHOST, LIVENESS, SERVE_HOSTNAME, TEST_WEBSERVER, GOPROXY, DNSUTILS,
  MYSQL, POSTGRES, MONGO, ...BROKERS, ...HELLOS, ...RUNTIMES, ...UPDATE_DEMO,
];
