/** What CSI drivers say of themselves and of their nodes, attachments of volumes, and runtime classes.
 *  Upstream: pkg/apis/storage/{v1/defaults,validation/validation}.go, pkg/apis/node/validation/validation.go */
import { duplicate, type FieldError, invalidValue, notSupported, required, tooLong } from '../../api/field-error.ts';
import type { CSIDriver, CSINode, CSINodeDriver, RuntimeClass, VolumeAttachment } from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, checkLabelName, checkLabels, checkOptional, complain, IMMUTABLE } from './field-checks.ts';
import type { Errors } from './field-checks.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';
import { checkResources } from './quantities.ts';
import { checkTolerations } from './scheduling.ts';
import { fill, mapField } from './share.ts';

const DRIVER_NAME_MAX = 63;
const NODE_ID_MAX = 192;
const SECONDS_MIN = 600;
const ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
const MODES = ['Ephemeral', 'Persistent'];
const GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];

/** Required fields may be missing all the same: it is for these checks to say so. */
const given = <T extends object>(object: T | undefined): Partial<T> => object ?? {};

function checkDriverName(errors: Errors, field: string, name = ''): void {
  if (name === '') errors.push(required(field));
  if (name.length > DRIVER_NAME_MAX) errors.push(tooLong(field, DRIVER_NAME_MAX));
  complain(errors, field, name, dns1123Subdomain(name.toLowerCase()));
}

function validateDriver({ metadata, spec }: CSIDriver): readonly FieldError[] {
  const errors: Errors = [];
  checkDriverName(errors, 'metadata.name', metadata?.name ?? '');
  const { volumeLifecycleModes = [], fsGroupPolicy, tokenRequests = [] } = given(spec);
  for (const mode of volumeLifecycleModes) if (!MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, MODES));
  checkOptional(errors, 'spec.fsGroupPolicy', fsGroupPolicy, GROUP_POLICIES);
  const audiences = new Set<string>();
  for (const [index, request] of tokenRequests.entries()) {
    const { audience = '', expirationSeconds } = given(request);
    const path = `spec.tokenRequests[${index}]`;
    if (audiences.has(audience)) errors.push(duplicate(`${path}.audience`, audience));
    audiences.add(audience);
    if (expirationSeconds !== undefined && expirationSeconds < SECONDS_MIN) {
      errors.push(invalidValue(`${path}.expirationSeconds`, expirationSeconds, 'may not specify a duration less than 10 minutes'));
    }
  }
  return errors;
}

export const csiDriverStrategy = strategyOf<CSIDriver>({
  applyDefaults: (it) =>
    mapField((it.spec as object | undefined) === undefined ? { ...it, spec: {} } : it, 'spec', (spec) =>
      fill(spec, {
        attachRequired: true,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        podInfoOnMount: false,
        requiresRepublish: false,
        seLinuxMount: false,
        storageCapacity: false,
        volumeLifecycleModes: ['Persistent'],
      }),
    ),
  validate: validateDriver,
  validateChange(next, old) {
    const errors: Errors = [];
    const [now, before] = [given(next.spec), given(old.spec)];
    checkImmutable(errors, 'spec.attachedRequired', now.attachRequired, before.attachRequired);
    checkImmutable(errors, 'spec.volumeLifecycleModes', now.volumeLifecycleModes, before.volumeLifecycleModes, '[]string');
    return errors;
  },
});

function checkNodeDriver(errors: Errors, path: string, driver: CSINodeDriver): void {
  const { name, nodeID = '', allocatable, topologyKeys = [] } = given(driver);
  checkDriverName(errors, `${path}.name`, name);
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (nodeID.length > NODE_ID_MAX) errors.push(tooLong(`${path}.nodeID`, NODE_ID_MAX));
  const count = allocatable?.count;
  if (count !== undefined && count < 0) errors.push(invalidValue(`${path}.allocatable.count`, count, 'must be greater than or equal to 0'));
  const keys = new Set<string>();
  for (const key of topologyKeys) {
    if (keys.has(key)) errors.push(duplicate(path, key));
    keys.add(key);
    checkLabelName(errors, path, key);
  }
}

export const csiNodeStrategy = strategyOf<CSINode>({
  validate({ spec }) {
    const errors: Errors = [];
    const names = new Set<string>();
    for (const [index, driver] of (given(spec).drivers ?? []).entries()) {
      const path = `spec.drivers[${index}]`;
      checkNodeDriver(errors, path, driver);
      if (names.has(driver.name)) errors.push(duplicate(`${path}.name`, driver.name));
      names.add(driver.name);
    }
    return errors;
  },
  validateChange({ spec }, old) {
    const errors: Errors = [];
    for (const driver of given(spec).drivers ?? []) {
      const before = given(old.spec).drivers?.find(({ name }) => name === driver.name);
      if (before !== undefined && !equal(before, driver)) errors.push(invalidValue('CSINodeDriver', driver, IMMUTABLE));
    }
    return errors;
  },
});

function validateAttachment({ spec }: VolumeAttachment): readonly FieldError[] {
  const errors: Errors = [];
  const { attacher, nodeName = '', source } = given(spec);
  checkDriverName(errors, 'spec.attacher', attacher);
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = source ?? {};
  if ((inline === undefined) === (name === undefined)) errors.push(required('spec.source', ONE_SOURCE));
  else if (name === '') errors.push(required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName'));
  complain(errors, 'spec.nodeName', nodeName, dns1123Subdomain(nodeName));
  return errors;
}

export const volumeAttachmentStrategy = strategyOf<VolumeAttachment>({
  hasStatus: true,
  validate: validateAttachment,
  validateChange: ({ spec }, old) => (equal(spec, old.spec) ? [] : [invalidValue('spec', spec, IMMUTABLE)]),
});

export const runtimeClassStrategy = strategyOf<RuntimeClass>({
  validate({ handler, overhead, scheduling }) {
    const errors: Errors = [];
    const name = (handler as string | undefined) ?? '';
    complain(errors, 'handler', name, dns1123Label(name));
    if (overhead) checkResources(errors, 'overhead', { limits: overhead.podFixed });
    checkLabels(errors, 'scheduling.nodeSelector', scheduling?.nodeSelector);
    checkTolerations(errors, 'scheduling.tolerations', scheduling?.tolerations ?? []);
    return errors;
  },
  validateUpdate(next, old) {
    const errors: Errors = [];
    checkImmutable(errors, 'handler', next.handler, old.handler);
    return errors;
  },
});
