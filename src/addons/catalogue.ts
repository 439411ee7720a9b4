/** The add-ons: what each applies, and where its project publishes that. Whoever asks for one of those addresses on the
 *  learner's machine, which has no internet, is given the manifest from here.
 *  Differs from Kubernetes: whichever release an address names, the manifest is that of the one release that is known here. */
import type { AddonName } from '../api/addon-names.ts';
import type { KubeObject } from '../api/object.ts';
import { stringifyYaml } from '../api/yaml.ts';
import { GATEWAY_API_VERSION, gatewayApi } from './gateway-api.ts';
import { INGRESS_NGINX_VERSION, ingressNginx } from './ingress/manifests.ts';
import type { IngressProvider } from './ingress/manifests.ts';
import { LOCAL_PATH_TAG, localPathAlone, localPathStorage } from './local-path-manifests.ts';
import { METRICS_SERVER_TAG, metricsServer } from './metrics-server-manifests.ts';

interface Published {
  readonly title: string;
  /** Addresses without their scheme; "*" is any one word between slashes: a release or a branch. */
  readonly files: readonly string[];
  /** Folders that kustomize builds, as `HOST/OWNER/REPOSITORY/PATH`. */
  readonly folders?: readonly string[];
  objects(): readonly KubeObject[];
}

interface Addon {
  /** What is applied where a cluster starts with it. */
  objects(): readonly KubeObject[];
  readonly published: readonly Published[];
}

const GATEWAY = 'github.com/kubernetes-sigs/gateway-api';
const GATEWAY_TITLE = `Gateway API ${GATEWAY_API_VERSION}, standard channel`;
const INGRESS = 'github.com/kubernetes/ingress-nginx';
/** The folders of its manifests. minikube brings its own. */
const PROVIDERS: Readonly<Record<IngressProvider, readonly string[]>> = {
  cloud: ['aws', 'cloud', 'do', 'exoscale', 'scw'].map((name) => `deploy/static/provider/${name}/deploy.yaml`),
  baremetal: ['deploy/static/provider/baremetal/deploy.yaml'],
  host: ['deploy/static/provider/kind/deploy.yaml'],
};
const MINIKUBE = 'github.com/kubernetes/minikube';
const METRICS = 'github.com/kubernetes-sigs/metrics-server';
const LOCAL_PATH = 'github.com/rancher/local-path-provisioner';

/** Those of a release, and those of the latest. */
const released = (repository: string, file: string): readonly string[] => [
  `${repository}/releases/download/*/${file}`,
  `${repository}/releases/latest/download/${file}`,
];

const raw = (repository: string, path: string): readonly string[] => {
  const hosted = repository.replace('github.com', 'raw.githubusercontent.com');
  return [`${hosted}/*/${path}`, `${hosted}/refs/heads/*/${path}`, `${hosted}/refs/tags/*/${path}`, `${repository}/raw/*/${path}`];
};

export const CATALOGUE: Readonly<Record<AddonName, Addon>> = {
  'gateway-api': {
    objects: gatewayApi,
    published: [
      { title: GATEWAY_TITLE, files: released(GATEWAY, 'standard-install.yaml'), folders: [`${GATEWAY}/config/crd`], objects: gatewayApi },
      ...gatewayApi().map((definition) => ({
        title: GATEWAY_TITLE,
        files: raw(GATEWAY, `config/crd/standard/${definition.spec.group}_${definition.spec.names.plural}.yaml`),
        objects: () => [definition],
      })),
    ],
  },
  'ingress-nginx': {
    objects: () => ingressNginx('baremetal'),
    published: (['cloud', 'baremetal', 'host'] as const).map((provider) => ({
      title: `ingress-nginx ${INGRESS_NGINX_VERSION}`,
      files: [
        ...PROVIDERS[provider].flatMap((path) => raw(INGRESS, path)),
        ...(provider === 'host' ? raw(MINIKUBE, 'deploy/addons/ingress/ingress-deploy.yaml') : []),
      ],
      objects: () => ingressNginx(provider),
    })),
  },
  'local-path-storage': {
    objects: localPathStorage,
    published: [
      {
        title: `local-path-provisioner ${LOCAL_PATH_TAG}`,
        files: raw(LOCAL_PATH, 'deploy/local-path-storage.yaml'),
        folders: [`${LOCAL_PATH}/deploy`],
        objects: localPathAlone,
      },
    ],
  },
  'metrics-server': {
    objects: metricsServer,
    published: [{ title: `metrics-server ${METRICS_SERVER_TAG}`, files: released(METRICS, 'components.yaml'), objects: metricsServer }],
  },
};

/** The text of the manifest at an address; `folder`: of what kustomize builds of the folder there. */
export function publishedAt(url: string, as: 'file' | 'folder'): string | undefined {
  const address = as === 'file' ? fileAddress(url) : folderAddress(url);
  for (const { published } of Object.values(CATALOGUE)) {
    for (const row of published) {
      const places = as === 'file' ? row.files : (row.folders ?? []);
      if (places.some((place) => fits(place, address))) return manifestOf(row);
    }
  }
  return undefined;
}

const fileAddress = (url: string): string => url.replace(/^https?:\/\//, '').replace(/[?#].*$/, '');

/** "git@github.com:a/b.git//c?ref=v1" and "https://github.com/a/b/c?ref=v1" are github.com/a/b/c. */
function folderAddress(url: string): string {
  return fileAddress(url.replace(/^git::/, '').replace(/^ssh:\/\//, ''))
    .replace(/^[^@/]+@/, '')
    .replace(/^([^/:]+):/, '$1/')
    .replace(/\.git(?=\/|$)/, '')
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '');
}

function fits(place: string, address: string): boolean {
  const [wanted, words] = [place.split('/'), address.split('/')];
  return wanted.length === words.length && wanted.every((word, i) => (word === '*' ? words[i] !== '' : word === words[i]));
}

const manifestOf = ({ title, objects }: Published): string =>
  `# ${title}\n${objects()
    .map((object) => stringifyYaml(object))
    .join('---\n')}`;
