/** What a learner does to let somebody in: a key, a request, approval, a certificate, a role; and the same with the authority's key. */
import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

it('a user gets in by a certificate signing request', async () => {
  const { run, result, sandbox } = await openPlayer();
  await run('openssl genrsa -out jane.key 2048');
  await run('openssl req -new -key jane.key -out jane.csr -subj "/CN=jane/O=dev"');
  expect(await run('openssl req -in jane.csr -noout -subject')).toBe('subject=CN = jane, O = dev\n');
  await run(`cat <<EOF | kubectl apply -f -
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: jane
spec:
  request: $(cat jane.csr | base64 | tr -d "\\n")
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 86400
  usages:
  - client auth
EOF`);
  expect((await run('kubectl get csr')).trim().split('\n')[1]?.split(/ {2,}/).slice(2)).toEqual([
    'kubernetes.io/kube-apiserver-client',
    'kubernetes-admin',
    '24h',
    'Pending',
  ]);
  await run('kubectl certificate approve jane && sleep 1');
  expect(await run('kubectl get csr')).toContain('Approved,Issued');
  await run("kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt");
  const certificate = new X509Certificate((await sandbox.files.read('jane.crt')) ?? '');
  expect([certificate.subject, certificate.issuer]).toEqual(['O=dev\nCN=jane'.split('\n').reverse().join('\n'), 'CN=kubernetes']);
  expect(await run('openssl verify -CAfile /etc/kubernetes/pki/ca.crt jane.crt')).toBe('jane.crt: OK\n');
  await run(
    'kubectl create role developer --verb=create,get,list --resource=pods && kubectl create rolebinding developer-jane --role=developer --user=jane',
  );
  await run('kubectl config set-credentials jane --client-key=jane.key --client-certificate=jane.crt --embed-certs=true');
  await run('kubectl config set-context jane --cluster=tabernetes --user=jane && kubectl config use-context jane');
  expect(await run('kubectl auth whoami -o jsonpath="{.status.userInfo.username} {.status.userInfo.groups}"')).toBe(
    'jane ["dev","system:authenticated"]',
  );
  expect((await result('kubectl get pods')).stderr).toBe('No resources found in default namespace.\n');
  expect((await result('kubectl get nodes')).stderr).toBe(
    'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope\n',
  );
  await run('kubectl config use-context kubernetes-admin@tabernetes && kubectl get nodes');
});

it('the authority signs by hand, and a stranger does not get in', async () => {
  const { run, result } = await openPlayer();
  await run('openssl genrsa -out bob.key 2048 && openssl req -new -key bob.key -out bob.csr -subj "/CN=bob/O=ops"');
  const sign =
    'openssl x509 -req -in bob.csr -CA /etc/kubernetes/pki/ca.crt -CAkey /etc/kubernetes/pki/ca.key -CAserial bob.srl -CAcreateserial -out bob.crt -days 500';
  expect((await result(sign)).stderr).toBe('Certificate request self-signature ok\nsubject=CN = bob, O = ops\n');
  await run('kubectl config set-credentials bob --client-certificate=bob.crt --client-key=bob.key');
  expect(await run('kubectl auth whoami --user=bob -o jsonpath="{.status.userInfo.username}"')).toBe('bob');
  await run('openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.crt -subj /CN=kubernetes -days 10');
  await run('openssl x509 -req -in bob.csr -CA other.crt -CAkey other.key -set_serial 01 -out bob.crt');
  expect((await result('kubectl get pods --user=bob')).stderr).toBe('error: You must be logged in to the server (Unauthorized)\n');
  await run('openssl genrsa -out bob.key 2048');
  expect((await result('kubectl get pods --user=bob')).stderr).toBe('error: tls: private key does not match public key\n');
  await run('rm bob.key');
  expect((await result('kubectl get pods --user=bob')).stderr).toContain(
    'Error in configuration: unable to read client-key /root/bob.key for bob due to open /root/bob.key: no such file or directory',
  );
  expect(await run('kubectl config view')).toContain('client-certificate-data: DATA+OMITTED');
  expect(
    await run("kubectl get configmap kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}' | diff - /etc/kubernetes/pki/ca.crt && echo same"),
  ).toContain('same');
});

it('openssl shows what it made', async () => {
  const { run, result } = await openPlayer({
    'req.conf':
      '[req]\ndistinguished_name = dn\nreq_extensions = v3\nprompt = no\n[dn]\nCN = web\nO = shop\n[v3]\nsubjectAltName = @names\n[names]\nDNS.1 = web.default.svc\nIP.1 = 10.96.0.9\n',
  });
  await run(
    'openssl req -x509 -nodes -days 365 -newkey rsa:2048 -keyout tls.key -out tls.crt -subj "/CN=shop.example.com" -addext "subjectAltName = DNS:shop.example.com,DNS:www.shop.example.com"',
  );
  const text = await run('openssl x509 -in tls.crt -text -noout');
  for (const line of [
    'Issuer: CN = shop.example.com',
    'Public-Key: (2048 bit)',
    'DNS:shop.example.com, DNS:www.shop.example.com',
    'CA:TRUE',
    'sha256WithRSAEncryption',
  ])
    expect(text).toContain(line);
  expect(await run('openssl x509 -noout -enddate -in tls.crt')).toMatch(/^notAfter=Jan  5 09:0\d:\d\d 2027 GMT\n$/);
  await run('openssl ecparam -name prime256v1 -genkey -noout -out web.key && openssl req -new -key web.key -config req.conf -out web.csr');
  expect(await run('openssl req -in web.csr -noout -text')).toContain('DNS:web.default.svc, IP Address:10.96.0.9');
  expect(
    await run(
      'openssl x509 -pubkey -noout -in tls.crt | openssl rsa -pubin -outform der 2>/dev/null | openssl dgst -sha256 -hex | sed "s/^.* //"',
    ),
  ).toMatch(/^[0-9a-f]{64}\n$/);
  expect((await result('openssl verify -CAfile tls.crt web.csr')).exitCode).toBe(1);
  await run('kubectl create secret tls web --cert=tls.crt --key=tls.key');
});
