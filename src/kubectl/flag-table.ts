/** The flags of every command of kubectl 1.33, one token each: `name[,shorthand]:type=default`. Types: b boolean, s string,
 *  i integer, d duration, l list (commas split), a list (commas kept), t string whose value may be left out.
 *  test/kubectl/flags.test.ts compares this table with the recording of the real one. */
export const GLOBAL_FLAGS =
  'as:s= as-group:a= as-uid:s= cache-dir:s=/root/.kube/cache certificate-authority:s= client-certificate:s= client-key:s=' +
  ' cluster:s= context:s= disable-compression:b=false insecure-skip-tls-verify:b=false kubeconfig:s=' +
  ' log-flush-frequency:d=5s match-server-version:b=false namespace,n:s= password:s= profile:s=none' +
  ' profile-output:s=profile.pprof request-timeout:s=0 server,s:s= tls-server-name:s= token:s= user:s= username:s= v,v:i=0' +
  ' vmodule:s= warnings-as-errors:b=false';

export const FLAG_TABLE: Readonly<Record<string, string>> = {
  annotate:
    'all:b=false all-namespaces,A:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-annotate' +
    ' field-selector:s= filename,f:l= kustomize,k:s= list:b=false local:b=false output,o:s= overwrite:b=false' +
    ' recursive,R:b=false resource-version:s= selector,l:s= show-managed-fields:b=false template:s= record:b=false',
  'api-resources': 'api-group:s= cached:b=false categories:l= namespaced:b=true no-headers:b=false output,o:s= sort-by:s= verbs:l=',
  apply:
    'all:b=false allow-missing-template-keys:b=true cascade:t=background dry-run:t=none' +
    ' field-manager:s=kubectl-client-side-apply filename,f:l= force:b=false force-conflicts:b=false grace-period:i=-1' +
    ' kustomize,k:s= openapi-patch:b=true output,o:s= overwrite:b=true prune:b=false prune-allowlist:a= recursive,R:b=false' +
    ' selector,l:s= server-side:b=false show-managed-fields:b=false subresource:s= template:s= timeout:d=0s validate:t=strict' +
    ' wait:b=false record:b=false',
  'apply edit-last-applied':
    'allow-missing-template-keys:b=true field-manager:s=kubectl-client-side-apply filename,f:l= kustomize,k:s= output,o:s=' +
    ' recursive,R:b=false show-managed-fields:b=false template:s= validate:t=strict windows-line-endings:b=false',
  'apply set-last-applied':
    'allow-missing-template-keys:b=true create-annotation:b=false dry-run:t=none filename,f:l= output,o:s=' +
    ' show-managed-fields:b=false template:s=',
  'apply view-last-applied': 'all:b=false filename,f:l= kustomize,k:s= output,o:s=yaml recursive,R:b=false selector,l:s=',
  attach: 'container,c:s= pod-running-timeout:d=1m0s quiet,q:b=false stdin,i:b=false tty,t:b=false',
  'auth can-i': 'all-namespaces,A:b=false list:b=false no-headers:b=false quiet,q:b=false subresource:s=',
  'auth reconcile':
    'allow-missing-template-keys:b=true dry-run:t=none filename,f:l= kustomize,k:s= output,o:s= recursive,R:b=false' +
    ' remove-extra-permissions:b=false remove-extra-subjects:b=false show-managed-fields:b=false template:s=',
  'auth whoami': 'allow-missing-template-keys:b=true output,o:s= show-managed-fields:b=false template:s=',
  autoscale:
    'allow-missing-template-keys:b=true cpu-percent:i=-1 dry-run:t=none field-manager:s=kubectl-autoscale filename,f:l=' +
    ' kustomize,k:s= max:i=-1 min:i=-1 name:s= output,o:s= recursive,R:b=false save-config:b=false show-managed-fields:b=false' +
    ' template:s= record:b=false',
  'certificate approve':
    'allow-missing-template-keys:b=true filename,f:l= force:b=false kustomize,k:s= output,o:s= recursive,R:b=false' +
    ' show-managed-fields:b=false template:s=',
  'certificate deny':
    'allow-missing-template-keys:b=true filename,f:l= force:b=false kustomize,k:s= output,o:s= recursive,R:b=false' +
    ' show-managed-fields:b=false template:s=',
  'cluster-info dump':
    'all-namespaces,A:b=false allow-missing-template-keys:b=true namespaces:l= output,o:s=json output-directory:s=' +
    ' pod-running-timeout:d=20s show-managed-fields:b=false template:s=',
  'config get-contexts': 'no-headers:b=false output,o:s=',
  'config set': 'set-raw-bytes:b=false',
  'config set-cluster':
    'certificate-authority:s= embed-certs:b=false insecure-skip-tls-verify:b=false proxy-url:s= server:s= tls-server-name:s=',
  'config set-context': 'cluster:s= current:b=false namespace:s= user:s=',
  'config set-credentials':
    'auth-provider:s= auth-provider-arg:l= client-certificate:s= client-key:s= embed-certs:b=false exec-api-version:s=' +
    ' exec-arg:l= exec-command:s= exec-env:l= exec-interactive-mode:s= exec-provide-cluster-info:b=false password:s= token:s=' +
    ' username:s=',
  'config view':
    'allow-missing-template-keys:b=true flatten:b=false merge:b=true minify:b=false output,o:s=yaml raw:b=false' +
    ' show-managed-fields:b=false template:s=',
  cordon: 'dry-run:t=none selector,l:s=',
  cp: 'container,c:s= no-preserve:b=false retries:i=0',
  create:
    'allow-missing-template-keys:b=true dry-run:t=none edit:b=false field-manager:s=kubectl-create filename,f:l=' +
    ' kustomize,k:s= output,o:s= raw:s= recursive,R:b=false save-config:b=false selector,l:s= show-managed-fields:b=false' +
    ' template:s= validate:t=strict windows-line-endings:b=false record:b=false',
  'create clusterrole':
    'aggregation-rule:s= allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create non-resource-url:l=' +
    ' output,o:s= resource:l= resource-name:a= save-config:b=false show-managed-fields:b=false template:s= validate:t=strict' +
    ' verb:l=',
  'create clusterrolebinding':
    'allow-missing-template-keys:b=true clusterrole:s= dry-run:t=none field-manager:s=kubectl-create group:a= output,o:s=' +
    ' save-config:b=false serviceaccount:a= show-managed-fields:b=false template:s= user:a= validate:t=strict',
  'create configmap':
    'allow-missing-template-keys:b=true append-hash:b=false dry-run:t=none field-manager:s=kubectl-create from-env-file:l=' +
    ' from-file:l= from-literal:a= output,o:s= save-config:b=false show-managed-fields:b=false template:s= validate:t=strict',
  'create cronjob':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create image:s= output,o:s= restart:s=' +
    ' save-config:b=false schedule:s= show-managed-fields:b=false template:s= validate:t=strict',
  'create deployment':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create image:l= output,o:s= port:i=-1' +
    ' replicas,r:i=1 save-config:b=false show-managed-fields:b=false template:s= validate:t=strict',
  'create ingress':
    'allow-missing-template-keys:b=true annotation:a= class:s= default-backend:s= dry-run:t=none' +
    ' field-manager:s=kubectl-create output,o:s= rule:a= save-config:b=false show-managed-fields:b=false template:s=' +
    ' validate:t=strict',
  'create job':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create from:s= image:s= output,o:s=' +
    ' save-config:b=false show-managed-fields:b=false template:s= validate:t=strict',
  'create namespace':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create output,o:s= save-config:b=false' +
    ' show-managed-fields:b=false template:s= validate:t=strict',
  'create poddisruptionbudget':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create max-unavailable:s= min-available:s=' +
    ' output,o:s= save-config:b=false selector:s= show-managed-fields:b=false template:s= validate:t=strict',
  'create priorityclass':
    'allow-missing-template-keys:b=true description:s= dry-run:t=none field-manager:s=kubectl-create global-default:b=false' +
    ' output,o:s= preemption-policy:s=PreemptLowerPriority save-config:b=false show-managed-fields:b=false template:s=' +
    ' validate:t=strict value:i=0',
  'create quota':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create hard:s= output,o:s= save-config:b=false' +
    ' scopes:s= show-managed-fields:b=false template:s= validate:t=strict',
  'create role':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create output,o:s= resource:l=' +
    ' resource-name:a= save-config:b=false show-managed-fields:b=false template:s= validate:t=strict verb:l=',
  'create rolebinding':
    'allow-missing-template-keys:b=true clusterrole:s= dry-run:t=none field-manager:s=kubectl-create group:a= output,o:s=' +
    ' role:s= save-config:b=false serviceaccount:a= show-managed-fields:b=false template:s= user:a= validate:t=strict',
  'create secret docker-registry':
    'allow-missing-template-keys:b=true append-hash:b=false docker-email:s= docker-password:s=' +
    ' docker-server:s=https://index.docker.io/v1/ docker-username:s= dry-run:t=none field-manager:s=kubectl-create' +
    ' from-file:l= output,o:s= save-config:b=false show-managed-fields:b=false template:s= validate:t=strict',
  'create secret generic':
    'allow-missing-template-keys:b=true append-hash:b=false dry-run:t=none field-manager:s=kubectl-create from-env-file:l=' +
    ' from-file:l= from-literal:a= output,o:s= save-config:b=false show-managed-fields:b=false template:s= type:s=' +
    ' validate:t=strict',
  'create secret tls':
    'allow-missing-template-keys:b=true append-hash:b=false cert:s= dry-run:t=none field-manager:s=kubectl-create key:s=' +
    ' output,o:s= save-config:b=false show-managed-fields:b=false template:s= validate:t=strict',
  'create service clusterip':
    'allow-missing-template-keys:b=true clusterip:s= dry-run:t=none field-manager:s=kubectl-create output,o:s=' +
    ' save-config:b=false show-managed-fields:b=false tcp:l= template:s= validate:t=strict',
  'create service externalname':
    'allow-missing-template-keys:b=true dry-run:t=none external-name:s= field-manager:s=kubectl-create output,o:s=' +
    ' save-config:b=false show-managed-fields:b=false tcp:l= template:s= validate:t=strict',
  'create service loadbalancer':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create output,o:s= save-config:b=false' +
    ' show-managed-fields:b=false tcp:l= template:s= validate:t=strict',
  'create service nodeport':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create node-port:i=0 output,o:s=' +
    ' save-config:b=false show-managed-fields:b=false tcp:l= template:s= validate:t=strict',
  'create serviceaccount':
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-create output,o:s= save-config:b=false' +
    ' show-managed-fields:b=false template:s= validate:t=strict',
  'create token':
    'allow-missing-template-keys:b=true audience:l= bound-object-kind:s= bound-object-name:s= bound-object-uid:s=' +
    ' duration:d=0s output,o:s= show-managed-fields:b=false template:s=',
  debug:
    'arguments-only:b=false attach:b=false container,c:s= copy-to:s= custom:s= env:l= filename,f:l= image:s=' +
    ' image-pull-policy:s= keep-annotations:b=false keep-init-containers:b=true keep-labels:b=false keep-liveness:b=false' +
    ' keep-readiness:b=false keep-startup:b=false profile:s=legacy quiet,q:b=false replace:b=false same-node:b=false' +
    ' set-image:l= share-processes:b=true stdin,i:b=false target:s= tty,t:b=false',
  delete:
    'all:b=false all-namespaces,A:b=false cascade:t=background dry-run:t=none field-selector:s= filename,f:l= force:b=false' +
    ' grace-period:i=-1 ignore-not-found:b=false interactive,i:b=false kustomize,k:s= now:b=false output,o:s= raw:s=' +
    ' recursive,R:b=false selector,l:s= timeout:d=0s wait:b=true',
  describe:
    'all-namespaces,A:b=false chunk-size:i=500 filename,f:l= kustomize,k:s= recursive,R:b=false selector,l:s=' + ' show-events:b=true',
  diff:
    'concurrency:i=1 field-manager:s=kubectl-client-side-apply filename,f:l= force-conflicts:b=false kustomize,k:s=' +
    ' prune:b=false prune-allowlist:a= recursive,R:b=false selector,l:s= server-side:b=false show-managed-fields:b=false',
  drain:
    'chunk-size:i=500 delete-emptydir-data:b=false disable-eviction:b=false dry-run:t=none force:b=false grace-period:i=-1' +
    ' ignore-daemonsets:b=false pod-selector:s= selector,l:s= skip-wait-for-delete-timeout:i=0 timeout:d=0s',
  edit:
    'allow-missing-template-keys:b=true field-manager:s=kubectl-edit filename,f:l= kustomize,k:s= output,o:s=' +
    ' output-patch:b=false recursive,R:b=false save-config:b=false show-managed-fields:b=false subresource:s= template:s=' +
    ' validate:t=strict windows-line-endings:b=false record:b=false',
  events:
    'all-namespaces,A:b=false allow-missing-template-keys:b=true chunk-size:i=500 for:s= no-headers:b=false output,o:s=' +
    ' show-managed-fields:b=false template:s= types:l= watch,w:b=false',
  exec: 'container,c:s= filename,f:l= pod-running-timeout:d=1m0s quiet,q:b=false stdin,i:b=false tty,t:b=false',
  explain: 'api-version:s= output:s=plaintext recursive:b=false',
  expose:
    'allow-missing-template-keys:b=true cluster-ip:s= dry-run:t=none external-ip:s= field-manager:s=kubectl-expose' +
    ' filename,f:l= kustomize,k:s= labels,l:s= load-balancer-ip:s= name:s= output,o:s= override-type:s=merge overrides:s=' +
    ' port:s= protocol:s= recursive,R:b=false save-config:b=false selector:s= session-affinity:s= show-managed-fields:b=false' +
    ' target-port:s= template:s= type:s= record:b=false',
  get:
    'all-namespaces,A:b=false allow-missing-template-keys:b=true chunk-size:i=500 field-selector:s= filename,f:l=' +
    ' ignore-not-found:b=false kustomize,k:s= label-columns,L:l= no-headers:b=false output,o:s= output-watch-events:b=false' +
    ' raw:s= recursive,R:b=false selector,l:s= server-print:b=true show-kind:b=false show-labels:b=false' +
    ' show-managed-fields:b=false sort-by:s= subresource:s= template:s= watch,w:b=false watch-only:b=false',
  kustomize:
    'as-current-user:b=false enable-alpha-plugins:b=false enable-helm:b=false env,e:l= helm-api-versions:l=' +
    ' helm-command:s=helm helm-debug:b=false helm-kube-version:s= load-restrictor:s=LoadRestrictionsRootOnly mount:l=' +
    ' network:b=false network-name:s=bridge output,o:s=',
  label:
    'all:b=false all-namespaces,A:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-label' +
    ' field-selector:s= filename,f:l= kustomize,k:s= list:b=false local:b=false output,o:s= overwrite:b=false' +
    ' recursive,R:b=false resource-version:s= selector,l:s= show-managed-fields:b=false template:s= record:b=false',
  logs:
    'all-containers:b=false all-pods:b=false container,c:s= follow,f:b=false ignore-errors:b=false' +
    ' insecure-skip-tls-verify-backend:b=false limit-bytes:i=0 max-log-requests:i=5 pod-running-timeout:d=20s prefix:b=false' +
    ' previous,p:b=false selector,l:s= since:d=0s since-time:s= tail:i=-1 timestamps:b=false',
  patch:
    'allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-patch filename,f:l= kustomize,k:s=' +
    ' local:b=false output,o:s= patch,p:s= patch-file:s= recursive,R:b=false show-managed-fields:b=false subresource:s=' +
    ' template:s= type:s=strategic record:b=false',
  'plugin list': 'name-only:b=false',
  'port-forward': 'address:l=localhost pod-running-timeout:d=1m0s',
  proxy:
    'accept-hosts:s=^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$ accept-paths:s=^.* address:s=127.0.0.1 api-prefix:s=/' +
    ' append-server-path:b=false disable-filter:b=false keepalive:d=0s port,p:i=8001 reject-methods:s=^$' +
    ' reject-paths:s=^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach unix-socket,u:s= www,w:s= www-prefix,P:s=/static/',
  replace:
    'allow-missing-template-keys:b=true cascade:t=background dry-run:t=none field-manager:s=kubectl-replace filename,f:l=' +
    ' force:b=false grace-period:i=-1 kustomize,k:s= output,o:s= raw:s= recursive,R:b=false save-config:b=false' +
    ' show-managed-fields:b=false subresource:s= template:s= timeout:d=0s validate:t=strict wait:b=false',
  'rollout history':
    'allow-missing-template-keys:b=true filename,f:l= kustomize,k:s= output,o:s= recursive,R:b=false revision:i=0' +
    ' selector,l:s= show-managed-fields:b=false template:s=',
  'rollout pause':
    'allow-missing-template-keys:b=true field-manager:s=kubectl-rollout filename,f:l= kustomize,k:s= output,o:s=' +
    ' recursive,R:b=false selector,l:s= show-managed-fields:b=false template:s=',
  'rollout restart':
    'allow-missing-template-keys:b=true field-manager:s=kubectl-rollout filename,f:l= kustomize,k:s= output,o:s=' +
    ' recursive,R:b=false selector,l:s= show-managed-fields:b=false template:s=',
  'rollout resume':
    'allow-missing-template-keys:b=true field-manager:s=kubectl-rollout filename,f:l= kustomize,k:s= output,o:s=' +
    ' recursive,R:b=false selector,l:s= show-managed-fields:b=false template:s=',
  'rollout status': 'filename,f:l= kustomize,k:s= recursive,R:b=false revision:i=0 selector,l:s= timeout:d=0s watch,w:b=true',
  'rollout undo':
    'allow-missing-template-keys:b=true dry-run:t=none filename,f:l= kustomize,k:s= output,o:s= recursive,R:b=false' +
    ' selector,l:s= show-managed-fields:b=false template:s= to-revision:i=0',
  run:
    'allow-missing-template-keys:b=true annotations:a= attach:b=false cascade:t=background command:b=false dry-run:t=none' +
    ' env:a= expose:b=false field-manager:s=kubectl-run filename,f:l= force:b=false grace-period:i=-1 image:s=' +
    ' image-pull-policy:s= kustomize,k:s= labels,l:s= leave-stdin-open:b=false output,o:s= override-type:s=merge overrides:s=' +
    ' pod-running-timeout:d=1m0s port:s= privileged:b=false quiet,q:b=false recursive,R:b=false restart:s=Always rm:b=false' +
    ' save-config:b=false show-managed-fields:b=false stdin,i:b=false template:s= timeout:d=0s tty,t:b=false wait:b=false' +
    ' record:b=false',
  scale:
    'all:b=false allow-missing-template-keys:b=true current-replicas:i=-1 dry-run:t=none filename,f:l= kustomize,k:s=' +
    ' output,o:s= recursive,R:b=false replicas:i=0 resource-version:s= selector,l:s= show-managed-fields:b=false template:s=' +
    ' timeout:d=0s record:b=false',
  'set env':
    'all:b=false allow-missing-template-keys:b=true containers,c:s=* dry-run:t=none env,e:a= field-manager:s=kubectl-set' +
    ' filename,f:l= from:s= keys:l= kustomize,k:s= list:b=false local:b=false output,o:s= overwrite:b=true prefix:s=' +
    ' recursive,R:b=false resolve:b=false selector,l:s= show-managed-fields:b=false template:s=',
  'set image':
    'all:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-set filename,f:l= kustomize,k:s=' +
    ' local:b=false output,o:s= recursive,R:b=false selector,l:s= show-managed-fields:b=false template:s= record:b=false',
  'set resources':
    'all:b=false allow-missing-template-keys:b=true containers,c:s=* dry-run:t=none field-manager:s=kubectl-set filename,f:l=' +
    ' kustomize,k:s= limits:s= local:b=false output,o:s= recursive,R:b=false requests:s= selector,l:s=' +
    ' show-managed-fields:b=false template:s= record:b=false',
  'set selector':
    'all:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-set filename,f:l= local:b=false' +
    ' output,o:s= recursive,R:b=true resource-version:s= show-managed-fields:b=false template:s= record:b=false',
  'set serviceaccount':
    'all:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-set filename,f:l= kustomize,k:s=' +
    ' local:b=false output,o:s= recursive,R:b=false show-managed-fields:b=false template:s= record:b=false',
  'set subject':
    'all:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-set filename,f:l= group:l=' +
    ' kustomize,k:s= local:b=false output,o:s= recursive,R:b=false selector,l:s= serviceaccount:l= show-managed-fields:b=false' +
    ' template:s= user:l=',
  taint:
    'all:b=false allow-missing-template-keys:b=true dry-run:t=none field-manager:s=kubectl-taint output,o:s=' +
    ' overwrite:b=false selector,l:s= show-managed-fields:b=false template:s= validate:t=strict',
  'top node': 'no-headers:b=false selector,l:s= show-capacity:b=false sort-by:s= use-protocol-buffers:b=true',
  'top pod':
    'all-namespaces,A:b=false containers:b=false field-selector:s= no-headers:b=false selector,l:s= sort-by:s= sum:b=false' +
    ' use-protocol-buffers:b=true',
  uncordon: 'dry-run:t=none selector,l:s=',
  version: 'client:b=false output,o:s=',
  wait:
    'all:b=false all-namespaces,A:b=false allow-missing-template-keys:b=true field-selector:s= filename,f:l= for:s=' +
    ' local:b=false output,o:s= recursive,R:b=true selector,l:s= show-managed-fields:b=false template:s= timeout:d=30s',
};

/** Usage lines, as `--help` and usage errors show them. */
export const USAGE_TABLE: Readonly<Record<string, string>> = {
  annotate:
    'kubectl annotate [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] ' + '[options]',
  'api-resources': 'kubectl api-resources [flags] [options]',
  'api-versions': 'kubectl api-versions [options]',
  apply: 'kubectl apply (-f FILENAME | -k DIRECTORY) [options]',
  'apply edit-last-applied': 'kubectl apply edit-last-applied (RESOURCE/NAME | -f FILENAME) [options]',
  'apply set-last-applied': 'kubectl apply set-last-applied -f FILENAME [options]',
  'apply view-last-applied': 'kubectl apply view-last-applied (TYPE [NAME | -l label] | TYPE/NAME | -f FILENAME) [options]',
  attach: 'kubectl attach (POD | TYPE/NAME) -c CONTAINER [options]',
  auth: 'kubectl auth [flags] [options]',
  'auth can-i': 'kubectl auth can-i VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]',
  'auth reconcile': 'kubectl auth reconcile -f FILENAME [options]',
  'auth whoami': 'kubectl auth whoami [options]',
  autoscale: 'kubectl autoscale (-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU] [options]',
  certificate: 'kubectl certificate SUBCOMMAND [options]',
  'certificate approve': 'kubectl certificate approve (-f FILENAME | NAME) [options]',
  'certificate deny': 'kubectl certificate deny (-f FILENAME | NAME) [options]',
  'cluster-info': 'kubectl cluster-info [flags] [options]',
  'cluster-info dump': 'kubectl cluster-info dump [flags] [options]',
  completion: 'kubectl completion SHELL [options]',
  config: 'kubectl config SUBCOMMAND [options]',
  'config current-context': 'kubectl config current-context [flags] [options]',
  'config delete-cluster': 'kubectl config delete-cluster NAME [options]',
  'config delete-context': 'kubectl config delete-context NAME [options]',
  'config delete-user': 'kubectl config delete-user NAME [options]',
  'config get-clusters': 'kubectl config get-clusters [flags] [options]',
  'config get-contexts': 'kubectl config get-contexts [(-o|--output=)name)] [options]',
  'config get-users': 'kubectl config get-users [flags] [options]',
  'config rename-context': 'kubectl config rename-context CONTEXT_NAME NEW_NAME [options]',
  'config set': 'kubectl config set PROPERTY_NAME PROPERTY_VALUE [options]',
  'config set-cluster':
    'kubectl config set-cluster NAME [--server=server] [--certificate-authority=path/to/certificate/authority] ' +
    '[--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]',
  'config set-context':
    'kubectl config set-context [NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] ' +
    '[--namespace=namespace] [options]',
  'config set-credentials':
    'kubectl config set-credentials NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] ' +
    '[--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] ' +
    '[--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] ' +
    '[--exec-env=key=value] [options]',
  'config unset': 'kubectl config unset PROPERTY_NAME [options]',
  'config use-context': 'kubectl config use-context CONTEXT_NAME [options]',
  'config view': 'kubectl config view [flags] [options]',
  cordon: 'kubectl cordon NODE [options]',
  cp: 'kubectl cp <file-spec-src> <file-spec-dest> [options]',
  create: 'kubectl create -f FILENAME [options]',
  'create clusterrole':
    'kubectl create clusterrole NAME --verb=verb --resource=resource.group [--resource-name=resourcename] ' +
    '[--dry-run=server|client|none] [options]',
  'create clusterrolebinding':
    'kubectl create clusterrolebinding NAME --clusterrole=NAME [--user=username] [--group=groupname] ' +
    '[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]',
  'create configmap':
    'kubectl create configmap NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] ' + '[options]',
  'create cronjob': "kubectl create cronjob NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]",
  'create deployment': 'kubectl create deployment NAME --image=image -- [COMMAND] [args...] [options]',
  'create ingress': 'kubectl create ingress NAME --rule=host/path=service:port[,tls[=secret]]  [options]',
  'create job': 'kubectl create job NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]',
  'create namespace': 'kubectl create namespace NAME [--dry-run=server|client|none] [options]',
  'create poddisruptionbudget':
    'kubectl create poddisruptionbudget NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]',
  'create priorityclass': 'kubectl create priorityclass NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]',
  'create quota':
    'kubectl create quota NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none] ' + '[options]',
  'create role':
    'kubectl create role NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] ' +
    '[--dry-run=server|client|none] [options]',
  'create rolebinding':
    'kubectl create rolebinding NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] ' +
    '[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]',
  'create secret': 'kubectl create secret (docker-registry | generic | tls) [options]',
  'create secret docker-registry':
    'kubectl create secret docker-registry NAME --docker-username=user --docker-password=password --docker-email=email ' +
    '[--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]',
  'create secret generic':
    'kubectl create secret generic NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] ' +
    '[--dry-run=server|client|none] [options]',
  'create secret tls':
    'kubectl create secret tls NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] ' + '[options]',
  'create service': 'kubectl create service [flags] [options]',
  'create service clusterip': 'kubectl create service clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none] [options]',
  'create service externalname':
    'kubectl create service externalname NAME --external-name external.name [--dry-run=server|client|none] [options]',
  'create service loadbalancer':
    'kubectl create service loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]',
  'create service nodeport': 'kubectl create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none] [options]',
  'create serviceaccount': 'kubectl create serviceaccount NAME [--dry-run=server|client|none] [options]',
  'create token': 'kubectl create token SERVICE_ACCOUNT_NAME [options]',
  debug: 'kubectl debug (POD | TYPE[[.VERSION].GROUP]/NAME) [ -- COMMAND [args...] ] [options]',
  delete: 'kubectl delete ([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)]) [options]',
  describe: 'kubectl describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]',
  diff: 'kubectl diff -f FILENAME [options]',
  drain: 'kubectl drain NODE [options]',
  edit: 'kubectl edit (RESOURCE/NAME | -f FILENAME) [options]',
  events:
    'kubectl events ' +
    '[(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file] ' +
    '[--for TYPE/NAME] [--watch] [--types=Normal,Warning] [options]',
  exec: 'kubectl exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...] [options]',
  explain:
    'kubectl explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] ' +
    '[-o|--output=plaintext|plaintext-openapiv2] [options]',
  expose:
    'kubectl expose (-f FILENAME | TYPE NAME) [--port=port] [--protocol=TCP|UDP|SCTP] [--target-port=number-or-name] ' +
    '[--name=name] [--external-ip=external-ip-of-service] [--type=type] [options]',
  get:
    'kubectl get ' +
    '[(-o|--output=)json|yaml|name|go-template|go-template-file|template|templatefile|jsonpath|jsonpath-as-json|jsonpath-file|custom-columns|custom-columns-file|wide] ' +
    '(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags] [options]',
  kustomize: 'kubectl kustomize DIR [flags] [options]',
  label: 'kubectl label [--overwrite] (-f FILENAME | TYPE NAME) KEY_1=VAL_1 ... KEY_N=VAL_N [--resource-version=version] [options]',
  logs: 'kubectl logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]',
  patch: 'kubectl patch (-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]',
  plugin: 'kubectl plugin [flags] [options]',
  'port-forward': 'kubectl port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
  proxy: 'kubectl proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix] [options]',
  replace: 'kubectl replace -f FILENAME [options]',
  rollout: 'kubectl rollout SUBCOMMAND [options]',
  'rollout history': 'kubectl rollout history (TYPE NAME | TYPE/NAME) [flags] [options]',
  'rollout pause': 'kubectl rollout pause RESOURCE [options]',
  'rollout restart': 'kubectl rollout restart RESOURCE [options]',
  'rollout resume': 'kubectl rollout resume RESOURCE [options]',
  'rollout status': 'kubectl rollout status (TYPE NAME | TYPE/NAME) [flags] [options]',
  'rollout undo': 'kubectl rollout undo (TYPE NAME | TYPE/NAME) [flags] [options]',
  run:
    'kubectl run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] ' +
    '[--command] -- [COMMAND] [args...] [options]',
  scale: 'kubectl scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME) ' + '[options]',
  set: 'kubectl set SUBCOMMAND [options]',
  'set env': 'kubectl set env RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]',
  'set image':
    'kubectl set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N ' + '[options]',
  'set resources': 'kubectl set resources (-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]',
  'set selector': 'kubectl set selector (-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]',
  'set serviceaccount': 'kubectl set serviceaccount (-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]',
  'set subject':
    'kubectl set subject (-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] ' +
    '[--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]',
  taint: 'kubectl taint NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]',
  top: 'kubectl top [flags] [options]',
  'top node': 'kubectl top node [NAME | -l label] [options]',
  'top pod': 'kubectl top pod [NAME | -l label] [options]',
  uncordon: 'kubectl uncordon NODE [options]',
  version: 'kubectl version [flags] [options]',
  wait:
    'kubectl wait ([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) ' +
    "[--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]] [options]",
};
