/** Tokens for Pods, asked of the API and kept until 80 % of their life is over.
 *  Upstream: pkg/kubelet/token/token_manager.go */
import type { AuthenticationV1TokenRequest, Pod } from '../api/generated/types.ts';
import { resourcePath, ServiceAccounts } from '../api/resources.ts';
import { errorOfResponse } from '../api/errors.ts';
import { parseTime } from '../base/time.ts';
import type { World } from '../base/world.ts';
import type { Client } from '../client/client.ts';

export interface ServiceAccountTokens {
  /** Throws what the API said. */
  get(pod: Pod, audience: string | undefined, expirationSeconds: number | undefined): Promise<string>;
  /** When the soonest of the Pod's tokens is due for a new one; undefined: it has none. */
  dueAtMs(podUid: string): number | undefined;
  release(podUid: string): void;
}

interface Entry { readonly token: string; readonly dueAtMs: number; readonly endsAtMs: number }

const DEFAULT_SECONDS = 3600;
const DAY_MS = 86_400_000;

export function createServiceAccountTokens(world: World, client: Client): ServiceAccountTokens {
  const byPod = new Map<string, Map<string, Entry>>();

  async function request(pod: Pod, audience: string | undefined, seconds: number): Promise<Entry> {
    const now = world.clock.now();
    const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
    const body: AuthenticationV1TokenRequest = {
      apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest',
      spec: { audiences: audience === undefined || audience === '' ? [] : [audience], expirationSeconds: seconds, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid } },
    };
    const account = pod.spec?.serviceAccountName ?? 'default';
    const response = await client.transport.request({
      method: 'POST', path: resourcePath(ServiceAccounts, namespace, account, 'token'), body,
      headers: { accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'kubelet' },
    });
    if (response.status >= 400) throw errorOfResponse(response.status, response.body);
    const { status } = response.body as AuthenticationV1TokenRequest;
    const endsAtMs = status?.expirationTimestamp === undefined ? now + seconds * 1000 : parseTime(status.expirationTimestamp);
    return { token: status?.token ?? '', endsAtMs, dueAtMs: Math.min(now + Math.floor((endsAtMs - now) * 0.8), now + DAY_MS) };
  }

  return {
    async get(pod, audience, expirationSeconds) {
      const uid = pod.metadata?.uid ?? '';
      const seconds = expirationSeconds ?? DEFAULT_SECONDS;
      const key = `${audience ?? ''}/${seconds}`;
      const tokens = byPod.get(uid) ?? new Map<string, Entry>();
      const known = tokens.get(key);
      const now = world.clock.now();
      if (known !== undefined && now < known.dueAtMs) return known.token;
      try {
        const entry = await request(pod, audience, seconds);
        tokens.set(key, entry);
        byPod.set(uid, tokens);
        return entry.token;
      } catch (error) {
        if (known !== undefined && now < known.endsAtMs) return known.token;
        throw error;
      }
    },
    dueAtMs(podUid) {
      const tokens = byPod.get(podUid);
      return tokens === undefined ? undefined : Math.min(...[...tokens.values()].map((each) => each.dueAtMs));
    },
    release: (podUid) => void byPod.delete(podUid),
  };
}
