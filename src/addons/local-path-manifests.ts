/** What kind installs for volumes: the namespace local-path-storage with the provisioner, and the default StorageClass
 *  "standard". Upstream: sigs.k8s.io/kind images/base/files/kind/manifests, github.com/rancher/local-path-provisioner deploy/ */
import type {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  Deployment,
  Namespace,
  ObjectMeta,
  Role,
  RoleBinding,
  ServiceAccount,
  StorageClass,
} from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';

export const LOCAL_PATH_IMAGE = 'docker.io/kindest/local-path-provisioner';
export const LOCAL_PATH_TAG = 'v20250214-acbabc1a';
export const LOCAL_PATH_NAMESPACE = 'local-path-storage';
export const LOCAL_PATH_ACCOUNT = 'local-path-provisioner-service-account';
/** On every node. */
export const LOCAL_PATH_DIRECTORY = '/var/local-path-provisioner';

const NAME = 'local-path-provisioner';
const NAMESPACE = LOCAL_PATH_NAMESPACE;
const RBAC = 'rbac.authorization.k8s.io';
const LABELS = { app: NAME };
const subjects = [{ kind: 'ServiceAccount', name: LOCAL_PATH_ACCOUNT, namespace: NAMESPACE }];

function access(): readonly KubeObject[] {
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: LOCAL_PATH_ACCOUNT, namespace: NAMESPACE },
  };
  const role: Role = {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: 'local-path-provisioner-role', namespace: NAMESPACE },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'] }],
  };
  const clusterRole: ClusterRole = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'local-path-provisioner-role' },
    rules: [
      {
        apiGroups: [''],
        resources: ['nodes', 'persistentvolumeclaims', 'configmaps', 'pods', 'pods/log'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['get', 'list', 'watch'] },
    ],
  };
  const binding: RoleBinding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'local-path-provisioner-bind', namespace: NAMESPACE },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'local-path-provisioner-role' },
    subjects,
  };
  const clusterBinding: ClusterRoleBinding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'local-path-provisioner-bind' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'local-path-provisioner-role' },
    subjects,
  };
  return [account, role, clusterRole, binding, clusterBinding];
}

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: NAME, namespace: NAMESPACE },
  spec: {
    replicas: 1,
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS },
      spec: {
        serviceAccountName: LOCAL_PATH_ACCOUNT,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [
          { key: 'node-role.kubernetes.io/control-plane', operator: 'Equal', effect: 'NoSchedule' },
          { key: 'node-role.kubernetes.io/master', operator: 'Equal', effect: 'NoSchedule' },
        ],
        containers: [
          {
            name: NAME,
            image: `${LOCAL_PATH_IMAGE}:${LOCAL_PATH_TAG}`,
            imagePullPolicy: 'IfNotPresent',
            command: ['local-path-provisioner', '--debug', 'start', '--config', '/etc/config/config.json'],
            volumeMounts: [{ name: 'config-volume', mountPath: '/etc/config/' }],
            env: [{ name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
          },
        ],
        volumes: [{ name: 'config-volume', configMap: { name: 'local-path-config' } }],
      },
    },
  },
};

const classOf = (metadata: ObjectMeta): StorageClass => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata,
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
});

/** As kind installs it: with the default class. */
export const localPathStorage = (): readonly KubeObject[] =>
  withClass(classOf({ name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }));

/** As its own project publishes it: with a class to be asked for. */
export const localPathAlone = (): readonly KubeObject[] => withClass(classOf({ name: 'local-path' }));

/** In the order of the file. */
function withClass(storageClass: StorageClass): readonly KubeObject[] {
  const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
  const paths = { nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: [LOCAL_PATH_DIRECTORY] }] };
  const config: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-path-config', namespace: NAMESPACE },
    data: { 'config.json': `${JSON.stringify(paths, null, 2)}\n` },
  };
  return [namespace, ...access(), deployment, storageClass, config];
}
