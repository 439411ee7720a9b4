/** The kubeconfig of a served cluster. */
export function kubeconfig(server: string): string {
  return [
    'apiVersion: v1', 'kind: Config',
    'clusters:', '- name: tabernetes', '  cluster:', `    server: ${server}`,
    'contexts:', '- name: tabernetes', '  context:', '    cluster: tabernetes', '    user: kubernetes-admin',
    'current-context: tabernetes', 'users:', '- name: kubernetes-admin', '  user: {}', '',
  ].join('\n');
}
