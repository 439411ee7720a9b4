/** What both kubectls find in ~/.kube/config. */
export const kubeconfigOf = (server: string): string => `apiVersion: v1
clusters:
- cluster:
    server: ${server}
  name: kind
contexts:
- context:
    cluster: kind
    user: admin
  name: kind
- context:
    cluster: kind
    namespace: shop
    user: admin
  name: shop
current-context: kind
kind: Config
preferences: {}
users:
- name: admin
  user: {}
`;
