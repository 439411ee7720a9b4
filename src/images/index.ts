/** The table of images. */
import type { Catalogued } from './catalogued.ts';
import { NGINX } from './nginx.ts';
import { ALPINE, BASH, BUSYBOX, CENTOS, DEBIAN, PAUSE, UBUNTU } from './plain.ts';

export const IMAGES: readonly Catalogued[] = [PAUSE, NGINX, BUSYBOX, ALPINE, DEBIAN, UBUNTU, CENTOS, BASH];
