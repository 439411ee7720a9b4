/** What is left to do of the conformance tests of class 1, and of class 2 of sig-api-machinery, sig-auth and sig-cli. */

/** No counterpart here. */
export const NOT_YET: readonly string[] = [];

/** A counterpart that no row of off/ makes fail. */
export const NOT_SEEN_FAILING: readonly string[] = [];
