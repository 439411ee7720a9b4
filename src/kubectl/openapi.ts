/** The server's schema, asked for as kubectl asks before it writes: whether the server itself checks fields, and how its lists
 *  are merged.
 *  Differs from Kubernetes: we carry that knowledge, and say that we need no copy (`If-None-Match: *`): megabytes stay where they are.
 *  Upstream: staging/src/k8s.io/cli-runtime/pkg/resource/query_param_verifier_v3.go, staging/src/k8s.io/kubectl/pkg/cmd/apply/patcher.go */
import type { Kubectl } from './command.ts';
import { type Mapping, apiVersionOf } from './discovery.ts';
import { type Obj, str } from './obj.ts';
import { ACCEPT_ANY, ACCEPT_JSON, type Rest } from './rest.ts';
import { fieldValidation } from './writes.ts';

const TIMEOUT = [['timeout', '32s']] as const;
const ACCEPT_V2 = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
const NO_COPY = { 'if-none-match': '*' };

/** What one run of a command has asked for already. */
export interface OpenApi {
  /** Before an object of this kind is written. */
  verify(mapping: Mapping): Promise<void>;
  /** Before a client-side patch is made. */
  mergeKeys(): Promise<void>;
}

export const openApiIndex = (rest: Rest): Promise<Obj> => rest.json('GET', '/openapi/v3', { query: TIMEOUT, accept: ACCEPT_ANY });

/** "v1" stands under "api/v1", "apps/v1" under "apis/apps/v1". */
export const openApiName = (apiVersion: string): string => (apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`);

export function createOpenApi(rest: Rest): OpenApi {
  let index: Obj | undefined;
  let merged = false;
  const seen = new Set<string>();
  return {
    async verify(mapping) {
      index ??= await openApiIndex(rest);
      const url = str(index, 'paths', openApiName(apiVersionOf(mapping)), 'serverRelativeURL');
      if (url === '' || seen.has(url)) return;
      seen.add(url);
      await rest.text('GET', url, { query: TIMEOUT, accept: ACCEPT_JSON, headers: NO_COPY });
    },
    async mergeKeys() {
      if (merged) return;
      merged = true;
      await unless404(rest.text('GET', '/openapi/v2', { query: TIMEOUT, accept: ACCEPT_V2, headers: NO_COPY }));
    },
  };
}

/** A server without the document is merged for by what we know. */
async function unless404(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof Error && 'status' in error)) throw error;
  }
}

/** Commands that let the server check a manifest's fields ask whether it does. */
export async function verifyManifest(k: Kubectl, mapping: Mapping): Promise<void> {
  if (CHECKED.has(k.path) && fieldValidation(k) !== 'Ignore') await k.openApi.verify(mapping);
}

const CHECKED: ReadonlySet<string> = new Set(['apply', 'create', 'replace']);
