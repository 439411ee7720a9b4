/** Offers recorded manifests to a cluster's server, without keeping them: what is right is accepted, the rest refused. */
import { openCluster } from '../../cluster/open.ts';
import { makeProfile } from '../../cluster/profile.ts';
import type { RecordedManifest } from './entries.ts';
import type { ManifestOutcome } from './outcome.ts';
import { judge } from './verdict.ts';

export interface ManifestTask {
  readonly manifest: RecordedManifest;
  readonly text: string;
}

const LIMIT_MICROS = 600e6;
/** How a real server and its client refuse a kind that is not served, and an object that is wrong. */
const REFUSALS = {
  'no kind': /no matches for kind|ensure CRDs are installed first|kind not set|apiVersion not set/,
  invalid: /no matches for kind|is invalid|error validating|strict decoding error|BadRequest|is required|cannot be handled/,
} as const;

const nameOf = (index: number, file: string): string => `manifest-${index}${/\.[a-z]+$/.exec(file)?.[0] ?? '.yaml'}`;

/** The namespaces that a text names, in the order of their first mention. */
export function namespacesIn(text: string): readonly string[] {
  return [
    ...new Set(
      [...text.matchAll(/^[\s{-]*"?namespace"?:\s*["']?([a-z0-9]([-a-z0-9]*[a-z0-9])?)["']?\s*,?\s*(#.*)?$/gm)].map(
        (match) => match[1] ?? '',
      ),
    ),
  ];
}

export async function playManifests(
  tasks: readonly ManifestTask[],
  onOutcome?: (outcome: ManifestOutcome) => void,
): Promise<readonly ManifestOutcome[]> {
  const files = Object.fromEntries(tasks.map(({ manifest, text }, index) => [nameOf(index, manifest.file), text]));
  const sandbox = await openCluster({ profile: { ...makeProfile({ nodes: 1 }), files }, playing: false, speed: Infinity });
  const crashes: string[] = [];
  sandbox.onError(({ detail }) => crashes.push(detail));
  try {
    const session = await sandbox.shell();
    for (const namespace of new Set(tasks.flatMap(({ text }) => namespacesIn(text))))
      await session.run(`kubectl create namespace ${namespace}`, { limitMicros: LIMIT_MICROS });
    const outcomes: ManifestOutcome[] = [];
    for (const [index, { manifest }] of tasks.entries()) {
      crashes.length = 0;
      const { exitCode, stdout, stderr, interrupted } = await session.run(
        `kubectl apply --dry-run=server -f ${nameOf(index, manifest.file)}`,
        { limitMicros: LIMIT_MICROS },
      );
      const outcome = outcomeOf(manifest, { exitCode, stdout, stderr, interrupted: interrupted ?? false, crashes });
      outcomes.push(outcome);
      onOutcome?.(outcome);
    }
    return outcomes;
  } finally {
    await sandbox.close();
  }
}

function outcomeOf(manifest: RecordedManifest, ended: Parameters<typeof judge>[2]): ManifestOutcome {
  const { file, source, refused } = manifest;
  if (!refused) return { file, source, shouldBe: 'accepted', ...judge(undefined, false, ended) };
  const works = ended.exitCode !== 0 && REFUSALS[refused].test(ended.stderr);
  return {
    file,
    source,
    shouldBe: 'refused',
    works,
    ...(!works && {
      cause:
        ended.exitCode === 0
          ? `accepted, but it should be refused (${refused})`
          : `refused with other words: ${ended.stderr.trim().split('\n')[0] ?? ''}`,
    }),
  };
}
