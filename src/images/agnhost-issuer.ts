/** `agnhost test-service-account-issuer-discovery`: checks a mounted token as any relying party would, with the issuer's
 *  published metadata and keys. Upstream: test/images/agnhost/openidmetadata */
import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { verifySignature } from '../base/signature.ts';
import { FileError } from '../cri/files.ts';
import { HttpError, httpGet } from '../cri/http.ts';
import { readText } from '../cri/memory-files.ts';
import { NetworkError } from '../cri/network.ts';
import type { Process } from '../cri/process.ts';
import { formatDate } from '../sh/dates.ts';

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly 'kubernetes.io': { readonly namespace: string; readonly serviceaccount: { readonly name: string; readonly uid: string } };
}
interface Metadata {
  readonly issuer: string;
  readonly jwks_uri: string;
  readonly id_token_signing_alg_values_supported: readonly string[];
}
interface KeySet {
  readonly keys: readonly { readonly kid: string; readonly kty: string; readonly x: string; readonly y: string }[];
}

/** What went wrong, in the words of the library that the image uses. */
class Refused extends Error {}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const KNOWN = ['RS256', 'ES256'];

export async function checkIssuer(process: Process, options: { readonly tokenPath: string; readonly audience: string }): Promise<number> {
  const say = (text: string): Promise<void> => process.stderr.write(`${formatDate(process.clock.now(), '%Y/%m/%d %T')} ${text}\n`);
  const read = (path: string): string | undefined => {
    try {
      return readText(process.files, path);
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  };
  const token = read(options.tokenPath);
  if (token === undefined) {
    await say(`open ${options.tokenPath}: no such file or directory`);
    return 1;
  }
  await say('OK: Got token');
  await say('validating with in-cluster discovery');
  const bearer = read(`${ACCOUNT}/token`);
  if (bearer === undefined || process.env.get('KUBERNETES_SERVICE_HOST') === undefined) {
    await say(
      bearer === undefined
        ? `open ${ACCOUNT}/token: no such file or directory`
        : 'unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined',
    );
    return 1;
  }
  for (const headers of [[['Authorization', `Bearer ${bearer}`]], []] as const) {
    try {
      await validate(process, token, options.audience, headers, say);
      return 0;
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
      if (headers.length === 0) await say(error.message);
      else {
        await say(`failed to validate with in-cluster discovery: ${error.message}`);
        await say('falling back to validating with external discovery');
      }
    }
  }
  return 1;
}

type Headers = readonly (readonly [string, string])[];

async function validate(
  process: Process,
  token: string,
  audience: string,
  headers: Headers,
  say: (text: string) => Promise<void>,
): Promise<void> {
  const [head = '', body = '', signature = ''] = token.split('.');
  const [header, claims] = [parsed<{ alg: string; kid: string }>(head), parsed<Claims>(body)];
  if (header === undefined || claims === undefined) throw new Refused('go-jose/go-jose: compact JWS format must have three parts');
  await say(`OK: got issuer ${claims.iss}`);
  await say(`Full, not-validated claims: \n${shown(claims)}`);
  const metadata = await fetched<Metadata>(process, `${claims.iss}/.well-known/openid-configuration`, headers);
  if (metadata.issuer !== claims.iss) {
    throw new Refused(`oidc: issuer did not match the issuer returned by provider, expected "${claims.iss}" got "${metadata.issuer}"`);
  }
  await say(`OK: Constructed OIDC provider for issuer ${claims.iss}`);
  if (!claims.aud.includes(audience)) throw new Refused(`oidc: expected audience "${audience}" got ${JSON.stringify(claims.aud)}`);
  if (claims.exp * 1000 < process.clock.now()) throw new Refused('oidc: token is expired');
  if (!KNOWN.includes(header.alg) || !metadata.id_token_signing_alg_values_supported.includes(header.alg)) {
    throw new Refused(`oidc: id token signed with unsupported algorithm, expected ["RS256" "ES256"] got "${header.alg}"`);
  }
  const { keys } = await fetched<KeySet>(process, metadata.jwks_uri, headers);
  const key = keys.find(({ kid, kty }) => kid === header.kid && kty === 'EC');
  const [x, y, given] = [bytesOf(key?.x ?? ''), bytesOf(key?.y ?? ''), bytesOf(signature)];
  if (x === undefined || y === undefined || given === undefined || !verifySignature({ x, y }, `${head}.${body}`, given)) {
    throw new Refused('failed to verify signature: failed to verify id token signature');
  }
  await say('OK: Validated signature on JWT');
  await say('OK: Got valid claims from token!');
  await say(`Full, validated claims: \n&${shown(claims)}`);
}

function shown({ iss, sub, aud, 'kubernetes.io': { namespace, serviceaccount } }: Claims): string {
  const audience = aud.map((each) => JSON.stringify(each)).join(', ');
  return (
    `openidmetadata.claims{Claims:jwt.Claims{Issuer:"${iss}", Subject:"${sub}", Audience:jwt.Audience{${audience}}, ` +
    `Expiry:(*jwt.NumericDate)(0xc000181850), NotBefore:(*jwt.NumericDate)(0xc000181868), IssuedAt:(*jwt.NumericDate)(0xc000181860), ID:""}, ` +
    `Kubernetes:openidmetadata.kubeClaims{Namespace:"${namespace}", ServiceAccount:openidmetadata.kubeName{Name:"${serviceaccount.name}", UID:"${serviceaccount.uid}"}}}`
  );
}

async function fetched<T>(process: Process, url: string, headers: Headers): Promise<T> {
  const [, host = '', port = '443', path = '/'] = /^https:\/\/([^/:]+)(?::([0-9]+))?(\/.*)$/.exec(url) ?? [];
  if (host === '') throw new Refused(`Get "${url}": unsupported protocol scheme`);
  const { status, reason, body } = await httpGet(process.net, host, Number(port), path, headers, host);
  const text = fromUtf8(body);
  const found = status === 200 ? json<T>(text) : undefined;
  if (found === undefined) throw new Refused(`${status} ${reason}: ${text}`);
  return found;
}

function json<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** base64url without padding. */
const bytesOf = (text: string): Uint8Array | undefined =>
  fromBase64(text.replaceAll('-', '+').replaceAll('_', '/') + '==='.slice(0, (4 - (text.length % 4)) % 4));

function parsed<T>(part: string): T | undefined {
  const bytes = bytesOf(part);
  return bytes === undefined ? undefined : json<T>(fromUtf8(bytes));
}
