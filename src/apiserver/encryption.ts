/** Values encrypted at rest: between the server, which works with objects, and etcd, which then holds nothing that can be read
 *  without the key. Versions written before, or by another provider, are read as they were written.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/storage/value/{transformer,encrypt/aes/aes}.go */
import { freeze, sealed } from '../base/json.ts';
import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import type { Random } from '../base/world.ts';
import { internalError } from '../api/errors.ts';
import type { Etcd, EtcdEvent, KeyValue } from '../etcd/etcd.ts';
import { isEncrypted } from './encrypted-value.ts';
import type { Encryption, Provider } from './encryption-config.ts';

export { parseEncryption } from './encryption-config.ts';

export function encryptedEtcd(etcd: Etcd, encryptions: readonly Encryption[], random: Random): Etcd {
  /** By the value as it is stored: an object is decrypted once, and shared by all that read it. */
  const plain = new WeakMap<object, object>();
  const providersFor = (key: string): readonly Provider[] | undefined =>
    encryptions.find(({ resources }) => resources.some((name) => isMeant(name, key)))?.providers;

  function stored(key: string, value: object): object {
    const [writer] = providersFor(key) ?? [];
    if (writer?.cipher === undefined) return value;
    const iv = Uint8Array.from({ length: writer.cipher.ivLength }, () => random.int(256));
    const encrypted = writer.cipher.encrypt(iv, utf8(JSON.stringify(value)));
    return { encrypted: `${writer.prefix}${base64(Uint8Array.from([...iv, ...encrypted]))}` };
  }

  function shownValue(key: string, value: object): object {
    if (!isEncrypted(value)) return value;
    const known = plain.get(value);
    if (known) return known;
    const object = freeze(
      decrypted(
        value.encrypted,
        encryptions.flatMap(({ providers }) => providers),
        key,
      ),
    );
    plain.set(value, object);
    return object;
  }

  const shown = (kv: KeyValue): KeyValue => (isEncrypted(kv.value) ? { ...kv, value: shownValue(kv.key, kv.value) } : kv);
  const shownEvent = (event: EtcdEvent): EtcdEvent =>
    isEncrypted(event.kv.value) || (event.prev && isEncrypted(event.prev.value))
      ? { ...event, kv: shown(event.kv), ...(event.prev && { prev: shown(event.prev) }) }
      : event;
  return {
    get revision() {
      return etcd.revision;
    },
    get compactedRevision() {
      return etcd.compactedRevision;
    },
    get(key, atRevision) {
      const kv = etcd.get(key, atRevision);
      return kv && shown(kv);
    },
    range(prefix, options) {
      const found = etcd.range(prefix, options);
      return found.kvs.some(({ value }) => isEncrypted(value)) ? { ...found, kvs: found.kvs.map(shown) } : found;
    },
    put(key, value, ifModRevision) {
      const kv = etcd.put(key, stored(key, value), ifModRevision);
      if (kv && isEncrypted(kv.value)) plain.set(kv.value, sealed(value));
      return kv && shown(kv);
    },
    delete(key, ifModRevision) {
      const kv = etcd.delete(key, ifModRevision);
      return kv && shown(kv);
    },
    watch: (prefix, afterRevision, sink) => etcd.watch(prefix, afterRevision, (event) => sink(shownEvent(event))),
    compact: (throughRevision) => etcd.compact(throughRevision),
    snapshot: () => etcd.snapshot(),
  };
}

/** "secrets", "widgets.example.com" or "*.*".
 *  Differs from Kubernetes: "*.GROUP" names no resource here. */
function isMeant(name: string, key: string): boolean {
  const [plural = '', ...group] = name.split('.');
  return (
    name === '*.*' ||
    key.startsWith(`/registry/${plural}/`) ||
    (group.length > 0 && key.startsWith(`/registry/${group.join('.')}/${plural}/`))
  );
}

function decrypted(text: string, providers: readonly Provider[], key: string): object {
  const failure = (why: string) => internalError(`unable to transform key ${JSON.stringify(key)}: ${why}`);
  const provider = providers.find(({ prefix, cipher }) => cipher && text.startsWith(prefix));
  if (provider?.cipher === undefined) throw failure('no matching prefix found');
  const bytes = fromBase64(text.slice(provider.prefix.length)) ?? new Uint8Array();
  const { ivLength } = provider.cipher;
  try {
    return JSON.parse(fromUtf8(provider.cipher.decrypt(bytes.subarray(0, ivLength), bytes.subarray(ivLength)))) as object;
  } catch {
    // A key of the same name, but another one; the library says no more.
    throw failure('invalid padding on input');
  }
}
