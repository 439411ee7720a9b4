/** What came of a page and of a manifest. Plain JSON: it crosses from the process that plays to the one that counts. */
import type { Uncounted } from './verdict.ts';

export interface CommandOutcome {
  readonly order: number;
  readonly command: string;
  readonly category: string;
  /** `kubectl get`, `kubectl rollout undo`: its first kubectl sub-command. */
  readonly subcommand?: string;
  readonly uncounted?: Uncounted;
  readonly works: boolean;
  readonly cause?: string;
  readonly exitCode: number;
  /** Where the row has an expected output and the command works: whether the shapes are equal. */
  readonly matches?: boolean;
  readonly expected?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly virtualMs: number;
}

export interface PageOutcome {
  readonly source: string;
  readonly page: string;
  readonly commands: readonly CommandOutcome[];
  readonly setup?: ScriptOutcome;
  readonly verify?: ScriptOutcome;
  readonly wallMs: number;
}

export interface ScriptOutcome {
  readonly exitCode: number;
  readonly said: string;
}

export interface ManifestOutcome {
  readonly file: string;
  readonly source: string;
  readonly shouldBe: 'accepted' | 'refused';
  readonly works: boolean;
  readonly cause?: string;
}

export const counted = (page: PageOutcome): readonly CommandOutcome[] => page.commands.filter(({ uncounted }) => uncounted === undefined);

/** Undefined: the page has no say, because it leans on what is not recorded, or because nothing on it counts. */
export function passes(page: PageOutcome): boolean | undefined {
  const rows = counted(page);
  if (page.commands.some(({ uncounted }) => uncounted === 'excluded') || (rows.length === 0 && !page.verify)) return undefined;
  return rows.every(({ works }) => works) && (page.verify?.exitCode ?? 0) === 0;
}
