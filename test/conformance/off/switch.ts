/** A test that cannot fail shows nothing. Each conformance test therefore names, in the tables beside this file, at least one place
 *  of the product that makes its behaviour; `node scripts/switched-off.mjs` replaces that text, runs the test and expects it to fail.
 *  The working tree is never edited: the text is replaced as the module is loaded. */
export interface Switch {
  /** The behaviour that is missing with the replacement, in a few words: what the script prints. */
  readonly behaviour: string;
  /** From the repository's root. */
  readonly file: string;
  /** Stands exactly once in the file; as short as that allows, so that it outlives changes around it. */
  readonly find: string;
  /** Must still load: a module that does not parse switches off everything and shows nothing. */
  readonly replace: string;
  /** Exact names. */
  readonly tests: readonly string[];
}
