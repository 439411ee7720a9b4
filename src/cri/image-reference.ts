/** Image names: "nginx" is "docker.io/library/nginx:latest".
 *  Upstream: github.com/distribution/reference */

export interface ImageReference {
  /** "docker.io" */
  readonly host: string;
  /** "library/nginx" */
  readonly path: string;
  /** "docker.io/library/nginx" */
  readonly name: string;
  readonly tag: string;
  readonly digest?: string;
  /** "docker.io/library/nginx:latest" */
  readonly full: string;
}

const COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** The parts of a name, or why it is none, in the words of the reference package. */
export function parseImageReference(text: string): ImageReference | { readonly error: string } {
  const bad = { error: 'invalid reference format' };
  let rest = text;
  let digest: string | undefined;
  const at = rest.indexOf('@');
  if (at >= 0) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!DIGEST.test(digest)) return bad;
  }
  let tag: string | undefined;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!TAG.test(tag)) return bad;
  }
  const slash = rest.indexOf('/');
  const first = slash < 0 ? '' : rest.slice(0, slash);
  const hasHost = first !== '' && (first.includes('.') || first.includes(':') || first === 'localhost' || first !== first.toLowerCase());
  let host = hasHost ? first : 'docker.io';
  let path = hasHost ? rest.slice(slash + 1) : rest;
  if (host === 'index.docker.io') host = 'docker.io';
  if (host === 'docker.io' && !path.includes('/')) path = `library/${path}`;
  if (!HOST.test(host)) return bad;
  if (path !== path.toLowerCase()) return { error: `invalid reference format: repository name (${path}) must be lowercase` };
  if (rest === '' || !path.split('/').every(part => COMPONENT.test(part))) return bad;
  const name = `${host}/${path}`;
  const finalTag = tag ?? 'latest';
  return { host, path, name, tag: finalTag, digest, full: digest === undefined ? `${name}:${finalTag}` : `${name}@${digest}` };
}
