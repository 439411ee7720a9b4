import { expect, it } from 'vitest';
import { boundingSet, capabilityLines } from '../../src/cri/capabilities.ts';

it.each([
  ['nothing asked for', [], [], false, '00000000a80425fb'],
  ['all dropped', [], ['ALL'], false, '0000000000000000'],
  ['all dropped but one', ['NET_BIND_SERVICE'], ['all'], false, '0000000000000400'],
  ['two more', ['NET_ADMIN', 'CAP_SYS_TIME'], [], false, '00000000aa0435fb'],
  ['privileged', [], ['ALL'], true, '000001ffffffffff'],
] as const)('%s', (_what, add, drop, privileged, bits) => {
  expect(boundingSet({ add, drop }, privileged)).toBe(bits);
});

it('only root may what its container may', () => {
  expect(capabilityLines('00000000a80425fb', true)).toContain('CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\n');
  expect(capabilityLines('00000000a80425fb', false)).toContain('CapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n');
});
