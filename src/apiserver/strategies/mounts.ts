/** What is wrong with the places where a container has its volumes: as directories or as devices.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateVolumeMounts, ValidateVolumeDevices) */
import { forbiddenField, invalidValue, notFoundValue, notSupported, required } from '../../api/field-error.ts';
import type { Container, VolumeDevice, VolumeMount } from '../../api/generated/types.ts';
import type { Errors } from './field-checks.ts';
import { checkLocalPath } from './volume-sources.ts';

/** Volume name to the kind of its source: "persistentVolumeClaim". */
type Volumes = ReadonlyMap<string, string>;

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible'];

/** Propagation and what is read-only below a mount; of both Kubernetes names the list, not the item. */
function checkSharing(errors: Errors, path: string, mount: Partial<VolumeMount>, container: Container): void {
  const { mountPropagation: propagation, recursiveReadOnly: recursive } = mount;
  if (propagation !== undefined) {
    if (!PROPAGATIONS.includes(propagation)) errors.push(notSupported(`${path}.mountPropagation`, propagation, PROPAGATIONS));
    if (propagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      errors.push(forbiddenField(`${path}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers'));
    }
  }
  if (recursive === undefined || recursive === 'Disabled') return;
  const field = `${path}.recursiveReadOnly`;
  if (!RECURSIVE.includes(recursive)) {
    errors.push(notSupported(field, recursive, RECURSIVE));
    return;
  }
  if (!mount.readOnly) errors.push(forbiddenField(field, 'may only be specified when readOnly is true'));
  if (propagation !== undefined && propagation !== 'None') {
    errors.push(forbiddenField(field, 'may only be specified when mountPropagation is None or not specified'));
  }
}

export function checkMounts(errors: Errors, path: string, container: Container, volumes: Volumes): void {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  container.volumeMounts?.forEach((mount: Partial<VolumeMount>, index) => {
    const at = `${path}[${index}]`;
    const { name = '', mountPath = '', subPath, subPathExpr } = mount;
    if (!name) errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFoundValue(`${at}.name`, name));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    if (devices.some((device) => device.name === name)) {
      errors.push(invalidValue(`${at}.name`, name, 'must not already exist in volumeDevices'));
    }
    if (devices.some(({ devicePath }) => devicePath === mountPath)) {
      errors.push(invalidValue(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    }
    if (subPath) checkLocalPath(errors, `${path}.subPath`, subPath);
    if (subPathExpr) {
      if (subPath) errors.push(invalidValue(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
      checkLocalPath(errors, `${path}.subPathExpr`, subPathExpr);
    }
    checkSharing(errors, path, mount, container);
  });
}

export function checkDevices(errors: Errors, path: string, container: Container, volumes: Volumes): void {
  const [names, paths] = [new Set<string>(), new Set<string>()];
  const mounts = container.volumeMounts ?? [];
  container.volumeDevices?.forEach(({ name = '', devicePath = '' }: Partial<VolumeDevice>, index) => {
    const at = `${path}[${index}]`;
    const source = volumes.get(name);
    if (!name) errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalidValue(`${at}.name`, name, 'must be unique'));
    if (source !== undefined && source !== 'persistentVolumeClaim' && source !== 'ephemeral') {
      errors.push(invalidValue(`${at}.name`, name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (source === undefined) errors.push(notFoundValue(`${at}.name`, name));
    if (!devicePath) errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalidValue(`${at}.devicePath`, devicePath, 'must be unique'));
    if (devicePath.split('/').includes('..')) errors.push(invalidValue(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) errors.push(invalidValue(`${at}.name`, name, 'must not already exist in volumeMounts'));
    if (mounts.some(({ mountPath }) => mountPath === devicePath)) {
      errors.push(invalidValue(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name) names.add(name);
  });
}
