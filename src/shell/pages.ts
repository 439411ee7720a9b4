/** Web pages that a sandbox carries as files. Its machine has no internet: `kubectl apply -f https://...` reads what was
 *  put into the learner's folder, by host and path, by path, or by a shorter end of the path. */

/** "https://k8s.io/examples/pods/a.yaml" is k8s.io/examples/pods/a.yaml, examples/pods/a.yaml or pods/a.yaml. A bare
 *  file name is too little to go by, unless the address is that short. */
export function pageAmong(files: Readonly<Record<string, string>>, url: string): string | undefined {
  const parts = /^https?:\/\/([^?#]+)/.exec(url)?.[1]?.split('/').filter((part) => part !== '') ?? [];
  for (let from = 0; from === 0 || from <= Math.max(2, parts.length - 2); from += 1) {
    const path = parts.slice(from).join('/');
    if (path !== '' && Object.hasOwn(files, path)) return files[path];
  }
  return undefined;
}
