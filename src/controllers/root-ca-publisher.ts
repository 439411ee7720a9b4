/** Every active namespace has a ConfigMap with the certificate that Pods check the API server's against.
 *  Upstream: pkg/controller/certificates/rootcacertpublisher/publisher.go */
import { equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { ConfigMap } from '../api/generated/types.ts';
import { annotationsOf, isTerminating, nameOf, namespaceOf, withMeta } from '../api/meta.ts';
import { ConfigMaps, Namespaces } from '../api/resources.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../client/controller.ts';
import { isNamespaceTerminating } from './pod-control.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION_KEY = 'kubernetes.io/description';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or ' +
  'kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

export const createRootCAPublisher =
  (rootCA: string): ControllerFactory =>
  (context: ControllerContext): Controller => {
    const { client } = context;
    const namespaces = context.informer(Namespaces);
    const configMaps = context.informer(ConfigMaps);
    const data = { 'ca.crt': rootCA };

    async function reconcile(key: string): Promise<void> {
      const namespace = namespaces.get(key);
      if (namespace === undefined || isTerminating(namespace)) return;
      const existing = configMaps.get(`${key}/${NAME}`);
      try {
        if (existing === undefined) await client.create(ConfigMaps, newMap(key));
        else if (!equal(existing.data, data) || annotationsOf(existing)[DESCRIPTION_KEY] === undefined)
          await client.update(ConfigMaps, mended(existing));
      } catch (error) {
        if (isReason(error, 'AlreadyExists') || isReason(error, 'NotFound') || isNamespaceTerminating(error)) return;
        throw error;
      }
    }

    const newMap = (namespace: string): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: NAME, namespace, annotations: { [DESCRIPTION_KEY]: DESCRIPTION } },
      data,
    });
    const mended = (existing: ConfigMap): ConfigMap => ({
      ...withMeta(existing, { annotations: { ...annotationsOf(existing), [DESCRIPTION_KEY]: DESCRIPTION } }),
      data,
    });

    return {
      name: 'root-ca-certificate-publisher-controller',
      for: Namespaces,
      reconcile,
      watches: [{ resource: ConfigMaps, toKeys: (map) => (nameOf(map) === NAME ? [namespaceOf(map)] : []) }],
    };
  };
