/** Tools are known by name before their code is loaded, so both lists must be the same. */
import { expect, it } from 'vitest';
import { TOOLS } from '../../src/sh/tools/index.ts';
import { TOOL_NAMES } from '../../src/sh/tools/names.ts';

it('every tool is known by its name, and no other', () => {
  expect([...TOOL_NAMES].sort()).toEqual(Object.keys(TOOLS).sort());
});
