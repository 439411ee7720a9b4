/** IPAddresses and the ranges that they come from.
 *  Upstream: pkg/apis/networking/validation/validation.go (ValidateIPAddress, ValidateServiceCIDR) */
import { type FieldError, invalidValue, required } from '../../api/field-error.ts';
import type { IPAddress, ParentReference, ServiceCIDR } from '../../api/generated/types.ts';
import { ipFamily, parseRange } from '../../api/ip.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, complain } from './field-checks.ts';
import type { Errors } from './field-checks.ts';
import { type Complaints, pathName } from './names.ts';

const RANGES_MAX = 2;

/** The name of an IPAddress is the address, in the one way to write it. */
function addressName(name: string, prefix: boolean): Complaints {
  if (prefix) return [];
  const family = ipFamily(name);
  if (family === undefined) return [`ParseAddr(${JSON.stringify(name)}): unable to parse IP`];
  return parseRange(`${name}/${family === 'IPv4' ? 32 : 128}`)?.at(0) === name ? [] : ['must be a canonical format IP address'];
}

function checkParent(errors: Errors, { resource = '', name = '', namespace = '', group = '' }: Partial<ParentReference>): void {
  const path = 'spec.parentRef';
  if (resource === '') errors.push(required(`${path}.resource`));
  else complain(errors, `${path}.resource`, resource, pathName(resource, false));
  if (name === '') errors.push(required(`${path}.name`));
  else complain(errors, `${path}.name`, name, pathName(name, false));
  complain(errors, `${path}.namespace`, namespace, pathName(namespace, true));
  complain(errors, `${path}.group`, group, pathName(group, true));
}

export const ipAddressStrategy = strategyOf<IPAddress>({
  nameErrors: addressName,
  validate({ spec }): readonly FieldError[] {
    const errors: Errors = [];
    if (spec?.parentRef === undefined) errors.push(required('spec.parentRef'));
    else checkParent(errors, spec.parentRef);
    return errors;
  },
  validateChange(next, old) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec.parentRef', next.spec?.parentRef, old.spec?.parentRef, '*networking.ParentReference');
    return errors;
  },
});

export const serviceCidrStrategy = strategyOf<ServiceCIDR>({
  hasStatus: true,
  validate({ spec }) {
    const cidrs = spec?.cidrs ?? [];
    if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
    const errors: Errors = [];
    if (cidrs.length > RANGES_MAX) errors.push(invalidValue('spec.cidrs', cidrs, 'may only hold up to 2 values'));
    const families = new Set<string>();
    for (const [index, cidr] of cidrs.entries()) {
      const range = parseRange(cidr);
      const path = `spec.cidrs[${index}]`;
      if (range === undefined) errors.push(invalidValue(path, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
      else if (`${range.at(0)}/${range.prefix}` !== cidr) {
        errors.push(invalidValue(path, cidr, `must be in canonical form (${JSON.stringify(`${range.at(0)}/${range.prefix}`)})`));
      }
      if (range !== undefined) families.add(range.family);
    }
    if (cidrs.length === RANGES_MAX && families.size === 1) {
      errors.push(
        invalidValue('spec.cidrs', cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'),
      );
    }
    return errors;
  },
  validateChange(next, old, { subresource }) {
    const errors: Errors = [];
    if (subresource !== 'status') checkImmutable(errors, 'spec.cidrs', next.spec?.cidrs, old.spec?.cidrs, '[]string');
    return errors;
  },
});
