/** What the API says of single fields of claims, volumes and their classes.
 *  Upstream: pkg/apis/core/validation/validation.go, pkg/apis/storage/validation/validation.go */
import { describe, expect, it } from 'vitest';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { contextFor, createErrors, type Json, prepared, resourceOf, updateErrors } from './support.ts';

const claim = (more: Json = {}, metadata: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'default', ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
});
const volume = (more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/data' }, ...more },
});
const storage = (more: Json = {}): Json => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'fast' },
  provisioner: 'example.com/disk',
  ...more,
});
const MODES = 'supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"';
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const without = (object: Json, field: string): Json => ({
  ...object,
  spec: Object.fromEntries(Object.entries(object['spec'] as Json).filter(([key]) => key !== field)),
});

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  [
    'a claim of nothing',
    claim({ accessModes: [], resources: {} }),
    ['spec.accessModes: Required value: at least 1 access mode is required', 'spec.resources[storage]: Required value'],
  ],
  [
    'modes of a claim',
    claim({ accessModes: ['ReadWriteOncePod', 'Some', 'ReadOnlyMany'], volumeMode: 'Object', storageClassName: 'A_b' }),
    [
      `spec.accessModes: Unsupported value: "Some": ${MODES}`,
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      `spec.storageClassName: Invalid value: "A_b": ${SUBDOMAIN}`,
      'spec.volumeMode: Unsupported value: "Object": supported values: "Block", "Filesystem"',
    ],
  ],
  [
    'a claim of no size',
    claim({ resources: { requests: { storage: '0' } } }),
    ['spec.resources[storage]: Invalid value: "0": must be greater than zero'],
  ],
  [
    'a volume without anything',
    volume({ accessModes: [], capacity: undefined, hostPath: undefined }),
    [
      'spec.accessModes: Required value',
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: core.ResourceList(nil): supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ],
  ],
  [
    'a volume of two kinds',
    volume({ nfs: { path: '/x', server: 's' }, persistentVolumeReclaimPolicy: 'Keep' }),
    [
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Keep": supported values: "Delete", "Recycle", "Retain"',
      'spec.nfs: Forbidden: may not specify more than 1 volume type',
    ],
  ],
  [
    'a volume of the whole node',
    volume({ hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' }),
    ["spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"],
  ],
  [
    'a local volume',
    without(volume({ local: { path: '/x/../y' } }), 'hostPath'),
    [
      'spec.local.path: Invalid value: "/x/../y": must not contain \'..\'',
      'spec.nodeAffinity: Required value: Local volume requires node affinity',
    ],
  ],
  [
    'a class',
    storage({ provisioner: 'Not Valid', reclaimPolicy: 'Recycle', volumeBindingMode: 'Later', parameters: { '': 'x' } }),
    [
      "provisioner: Invalid value: \"Not Valid\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
        "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'parameters: Invalid value: "": field can not be empty.',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    'topologies',
    storage({
      allowedTopologies: [
        {
          matchLabelExpressions: [
            { key: 'zone', values: [] },
            { key: 'zone', values: ['a', 'a'] },
          ],
        },
      ],
    }),
    [
      'allowedTopologies[0].matchLabelExpressions[0].values: Required value',
      'allowedTopologies[0].matchLabelExpressions[1].values[1]: Duplicate value: "a"',
      'allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: "zone"',
    ],
  ],
];

describe('fields of storage', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it('what stays', () => {
    const change =
      (more: Json) =>
      (old: Json): Json => ({ ...old, ...more });
    expect(
      updateErrors(change({ reclaimPolicy: 'Retain', parameters: { a: 'b' }, volumeBindingMode: 'WaitForFirstConsumer' }), storage()),
    ).toEqual([
      'parameters: Forbidden: updates to parameters are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ]);
    expect(updateErrors((old) => ({ ...old, spec: { ...(old['spec'] as Json), volumeMode: 'Block' } }), volume())).toEqual([
      'volumeMode: Invalid value: "Block": field is immutable',
    ]);
    expect(
      updateErrors((old) => ({ ...old, spec: { ...(old['spec'] as Json), volumeName: 'disk', storageClassName: 'fast' } }), claim()),
    ).toEqual([]);
  });

  it('the two ways to name a source are one, and unknown kinds go', () => {
    const source = (dataSource: Json): unknown => (prepared(claim({ dataSource })) as { spec?: Json }).spec;
    const snapshot = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' };
    expect(source(snapshot)).toMatchObject({ dataSource: snapshot, dataSourceRef: snapshot });
    expect(source({ apiGroup: 'example.com', kind: 'Disk', name: 's' })).not.toHaveProperty('dataSource');
  });

  it('warnings of sizes that are no whole bytes', () => {
    const object = claim({ resources: { requests: { storage: '1500m' } } });
    expect(strategyFor(resourceOf(object)).warnings!(prepared(object), undefined, contextFor(resourceOf(object)))).toEqual([
      'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ]);
  });
});
