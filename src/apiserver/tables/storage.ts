/** Tables of the storage kinds.
 *  Upstream: pkg/printers/internalversion/printers.go, pkg/apis/core/helper/helpers.go (GetAccessModesAsString) */
import type {
  CSIDriver, CSINode, CSIStorageCapacity, PersistentVolume, PersistentVolumeClaim, StorageClass, VolumeAttachment,
} from '../../api/generated/types.ts';
import { ageOf, columns, nameOf, type TablePrinter } from './table.ts';

const SHORT_MODES = [['ReadWriteOnce', 'RWO'], ['ReadOnlyMany', 'ROX'], ['ReadWriteMany', 'RWX'], ['ReadWriteOncePod', 'RWOP']] as const;

/** "RWO,ROX", in the fixed order. */
export const accessModes = (modes: readonly string[] | undefined): string =>
  SHORT_MODES.filter(([long]) => modes?.includes(long)).map(([, short]) => short).join(',');

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

const classOf = (it: PersistentVolume | PersistentVolumeClaim): string =>
  it.metadata?.annotations?.[CLASS_ANNOTATION] ?? it.spec?.storageClassName ?? '';

export const persistentVolumeTable: TablePrinter<PersistentVolume> = {
  columns: columns('Name', 'Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass', 'VolumeAttributesClass',
    'Reason', 'Age', 'VolumeMode*'),
  cells: (it, now) => [
    nameOf(it), it.spec?.capacity?.storage ?? '0', accessModes(it.spec?.accessModes), it.spec?.persistentVolumeReclaimPolicy ?? '',
    it.metadata?.deletionTimestamp ? 'Terminating' : it.status?.phase ?? '',
    it.spec?.claimRef ? `${it.spec.claimRef.namespace ?? ''}/${it.spec.claimRef.name ?? ''}` : '', classOf(it),
    it.spec?.volumeAttributesClassName ?? '<unset>', it.status?.reason ?? '', ageOf(it, now), it.spec?.volumeMode ?? '<unset>',
  ],
};

export const persistentVolumeClaimTable: TablePrinter<PersistentVolumeClaim> = {
  columns: columns('Name', 'Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass', 'Age', 'VolumeMode*'),
  cells(it, now) {
    const volume = it.spec?.volumeName ?? '';
    return [
      nameOf(it), it.metadata?.deletionTimestamp ? 'Terminating' : it.status?.phase ?? '', volume,
      volume ? it.status?.capacity?.storage ?? '0' : '', volume ? accessModes(it.status?.accessModes) : '', classOf(it),
      it.spec?.volumeAttributesClassName ?? '<unset>', ageOf(it, now), it.spec?.volumeMode ?? '<unset>',
    ];
  },
};

const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

export const storageClassTable: TablePrinter<StorageClass> = {
  columns: columns('Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'),
  cells(it, now) {
    const isDefault = DEFAULT_CLASS.some((key) => it.metadata?.annotations?.[key] === 'true');
    return [
      nameOf(it) + (isDefault ? ' (default)' : ''), it.provisioner ?? '', it.reclaimPolicy ?? 'Delete', it.volumeBindingMode ?? 'Immediate',
      it.allowVolumeExpansion ?? false, ageOf(it, now),
    ];
  },
};

export const volumeAttachmentTable: TablePrinter<VolumeAttachment> = {
  columns: columns('Name', 'Attacher', 'PV', 'Node', 'Attached:boolean', 'Age'),
  cells: (it, now) => [
    nameOf(it), it.spec?.attacher ?? '', it.spec?.source?.persistentVolumeName ?? '', it.spec?.nodeName ?? '',
    it.status?.attached ?? false, ageOf(it, now),
  ],
};

export const csiNodeTable: TablePrinter<CSINode> = {
  columns: columns('Name', 'Drivers:integer', 'Age'),
  cells: (it, now) => [nameOf(it), it.spec?.drivers?.length ?? 0, ageOf(it, now)],
};

export const csiDriverTable: TablePrinter<CSIDriver> = {
  columns: columns('Name', 'AttachRequired:boolean', 'PodInfoOnMount:boolean', 'StorageCapacity:boolean', 'TokenRequests',
    'RequiresRepublish:boolean', 'Modes', 'Age'),
  cells: (it, now) => [
    nameOf(it), it.spec?.attachRequired ?? true, it.spec?.podInfoOnMount ?? false, it.spec?.storageCapacity ?? false,
    it.spec?.tokenRequests ? it.spec.tokenRequests.map((request) => request.audience).join(',') : '<unset>',
    it.spec?.requiresRepublish ?? false, (it.spec?.volumeLifecycleModes ?? []).join(',') || '<none>', ageOf(it, now),
  ],
};

export const csiStorageCapacityTable: TablePrinter<CSIStorageCapacity> = {
  columns: columns('Name', 'StorageClassName', 'Capacity'),
  cells: (it) => [nameOf(it), it.storageClassName ?? '', it.capacity ?? '<unset>'],
};
