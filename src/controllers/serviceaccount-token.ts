/** Secrets of the type service-account-token: they get a token that does not run out, and go with their account.
 *  Upstream: pkg/controller/serviceaccount/tokens_controller.go, pkg/serviceaccount/legacy.go */
import { base64, utf8 } from '../base/bytes.ts';
import { isReason } from '../api/errors.ts';
import type { Secret, ServiceAccount } from '../api/generated/types.ts';
import { annotationsOf, isTerminating, keyOf, nameOf, namespaceOf, uidOf, withMeta } from '../api/meta.ts';
import { Secrets, ServiceAccounts } from '../api/resources.ts';
import type { Controller, ControllerContext, ControllerFactory } from '../client/controller.ts';

const TYPE = 'kubernetes.io/service-account-token';
const ACCOUNT = 'kubernetes.io/service-account.name';
const ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** Signs claims with the key that the API server checks tokens with. */
export type TokenSigner = (claims: object) => string;

export interface TokenSettings {
  readonly rootCA: string;
  /** Without it, Secrets stay as they are. */
  readonly sign: TokenSigner | undefined;
}

const accountKeyOf = (secret: Secret): string => `${namespaceOf(secret)}/${annotationsOf(secret)[ACCOUNT] ?? ''}`;

/** What the Secret should be for its account; undefined: it belongs to nobody, and must go. The same object: nothing is missing. */
export function withToken(
  secret: Secret,
  account: ServiceAccount | undefined,
  { rootCA, sign }: Required<TokenSettings>,
): Secret | undefined {
  const uid = annotationsOf(secret)[ACCOUNT_UID];
  if (account === undefined || (uid !== undefined && uid !== uidOf(account))) return undefined;
  if (sign === undefined) return secret;
  const { data = {} } = secret;
  const certificate = base64(utf8(rootCA));
  const namespace = base64(utf8(namespaceOf(secret)));
  if (uid !== undefined && data['ca.crt'] === certificate && data['namespace'] === namespace && data['token']) return secret;
  return {
    ...withMeta(secret, { annotations: { ...annotationsOf(secret), [ACCOUNT_UID]: uidOf(account) } }),
    data: { ...data, 'ca.crt': certificate, namespace, token: data['token'] || base64(utf8(sign(claimsFor(secret, account)))) },
  };
}

function claimsFor(secret: Secret, account: ServiceAccount): object {
  const namespace = namespaceOf(secret);
  return {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': nameOf(secret),
    'kubernetes.io/serviceaccount/service-account.name': nameOf(account),
    'kubernetes.io/serviceaccount/service-account.uid': uidOf(account),
    sub: `system:serviceaccount:${namespace}:${nameOf(account)}`,
  };
}

export const createTokensController =
  (settings: TokenSettings): ControllerFactory =>
  (context: ControllerContext): Controller => {
    const { client, world } = context;
    const secrets = context.informer(Secrets);
    const accounts = context.informer(ServiceAccounts);
    const name = 'serviceaccount-token-controller';

    async function reconcile(key: string): Promise<void> {
      const secret = secrets.get(key);
      if (secret?.type !== TYPE || isTerminating(secret) || !annotationsOf(secret)[ACCOUNT]) return;
      const object = { resource: 'secrets', namespace: namespaceOf(secret), name: nameOf(secret), uid: uidOf(secret) };
      const wanted = withToken(secret, accounts.get(accountKeyOf(secret)), settings as Required<TokenSettings>);
      try {
        if (wanted === undefined) {
          await client.delete(Secrets, nameOf(secret), namespaceOf(secret), { preconditions: { uid: uidOf(secret) } });
          world.trace({ type: 'decision', actor: name, object, did: 'deleted the Secret', because: 'Its ServiceAccount is not there.' });
        } else if (wanted !== secret) {
          await client.update(Secrets, wanted);
          world.trace({ type: 'decision', actor: name, object, did: 'put a token into the Secret', because: 'It names a ServiceAccount.' });
        }
      } catch (error) {
        if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
      }
    }

    const secretsOf = (account: ServiceAccount): string[] =>
      secrets
        .list()
        .filter((secret) => secret.type === TYPE && accountKeyOf(secret) === keyOf(account))
        .map(keyOf);
    return { name, for: Secrets, reconcile, watches: [{ resource: ServiceAccounts, toKeys: secretsOf }] };
  };
