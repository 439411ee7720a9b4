/** The manifests of the [sig-cli] conformance tests, as files of the learner's folder. */
const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
export const HTTPD = 'registry.k8s.io/e2e-test-images/httpd:2.4.38-4';
export const BUSYBOX = 'registry.k8s.io/e2e-test-images/busybox:1.36.1-1';
export const NAUTILUS = 'registry.k8s.io/e2e-test-images/nautilus:1.7';

const backend = (role: string, args: string): string => `
apiVersion: v1
kind: Service
metadata: {name: agnhost-${role}, labels: {app: agnhost, role: ${role}, tier: backend}}
spec: {ports: [{port: 6379, targetPort: 6379}], selector: {app: agnhost, role: ${role}, tier: backend}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: agnhost-${role}}
spec:
  replicas: ${role === 'replica' ? 2 : 1}
  selector: {matchLabels: {app: agnhost, role: ${role}, tier: backend}}
  template:
    metadata: {labels: {app: agnhost, role: ${role}, tier: backend}}
    spec:
      containers:
      - name: ${role}
        image: ${AGNHOST}
        args: [guestbook, ${args}]
        resources: {requests: {cpu: 100m, memory: 100Mi}}
        ports: [{containerPort: 6379}]
---`;

const GUESTBOOK = `${backend('primary', '--http-port, "6379"')}${backend('replica', '--replicaof, agnhost-primary, --http-port, "6379"')}
apiVersion: v1
kind: Service
metadata: {name: frontend, labels: {app: guestbook, tier: frontend}}
spec: {ports: [{port: 80}], selector: {app: guestbook, tier: frontend}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: frontend}
spec:
  replicas: 3
  selector: {matchLabels: {app: guestbook, tier: frontend}}
  template:
    metadata: {labels: {app: guestbook, tier: frontend}}
    spec:
      containers:
      - name: guestbook-frontend
        image: ${AGNHOST}
        args: [guestbook, --backend-port, "6379"]
        resources: {requests: {cpu: 100m, memory: 100Mi}}
        ports: [{containerPort: 80}]
`;

const PRIMARY = `
apiVersion: v1
kind: ReplicationController
metadata: {name: agnhost-primary, labels: {app: agnhost, role: primary}}
spec:
  replicas: 1
  selector: {app: agnhost, role: primary}
  template:
    metadata: {labels: {app: agnhost, role: primary}}
    spec:
      containers:
      - {name: agnhost-primary, image: ${AGNHOST}, ports: [{name: agnhost-server, containerPort: 6379}]}
`;
const PRIMARY_SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: agnhost-primary, labels: {app: agnhost, role: primary}}
spec: {ports: [{port: 6379, targetPort: agnhost-server}], selector: {app: agnhost, role: primary}}
`;

const UPDATE_DEMO = `
apiVersion: v1
kind: ReplicationController
metadata: {name: update-demo-nautilus}
spec:
  replicas: 2
  selector: {name: update-demo, version: nautilus}
  template:
    metadata: {labels: {name: update-demo, version: nautilus}}
    spec:
      containers:
      - {name: update-demo, image: '${NAUTILUS}', ports: [{containerPort: 80, protocol: TCP}]}
`;

const PAUSE = `
apiVersion: v1
kind: Pod
metadata: {name: pause, labels: {name: pause}}
spec:
  containers: [{name: pause, image: 'registry.k8s.io/pause:3.10'}]
`;

const deployment = (replicas: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: httpd-deployment}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: httpd}}
  template:
    metadata: {labels: {app: httpd}}
    spec: {containers: [{name: httpd, image: '${HTTPD}', ports: [{containerPort: 80}]}]}
`;

export const MANIFESTS: Readonly<Record<string, string>> = {
  'guestbook.yaml': GUESTBOOK,
  'primary.yaml': PRIMARY,
  'primary-service.yaml': PRIMARY_SERVICE,
  'update-demo.yaml': UPDATE_DEMO,
  'pause.yaml': PAUSE,
  'httpd-1.yaml': deployment(1),
  'httpd-2.yaml': deployment(2),
};
