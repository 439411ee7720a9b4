/** CEL, as the rest of the code asks for it. Loaded when the first expression comes: see ../cel.ts. */
export { COST_BUDGET, compileCel } from './compile.ts';
export type { Program } from './compile.ts';
export { celTypeOf, celValueOf, plainValue } from './schema.ts';
export { authorizerValue } from './authorizer.ts';
export type { AccessQuestion } from './authorizer.ts';
export { typeFrom } from './overloads.ts';
export { BOOL, DYN, mapOf, NULL, optionalOf, STRING } from './types.ts';
export type { CelType } from './types.ts';
export { CelError, LazyMap, Optional } from './values.ts';
export type { Value } from './values.ts';
