/** PersistentVolume, PersistentVolumeClaim, StorageClass and CSINode.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import { parseTime } from '../../base/time.ts';
import type { CSINode, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/generated/types.ts';
import { humanDuration, rfc1123z } from '../duration.ts';
import { byText } from '../obj.ts';
import { type Describer, describeEvents } from './describer.ts';
import { type Text, annotationLines, labelLines } from './text.ts';
import { sourceLines } from './volumes.ts';

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modes = (all: readonly string[] | undefined): string =>
  Object.keys(MODES)
    .filter((mode) => all?.includes(mode))
    .map((mode) => MODES[mode])
    .join(',');

export const persistentVolume: Describer = async (text, object, context) => {
  const of = object as unknown as PersistentVolume;
  const { spec, status, metadata } = of;
  text.line(0, `Name:\t${metadata?.name ?? ''}`);
  labelLines(text, 'Labels', metadata?.labels);
  annotationLines(text, 'Annotations', metadata?.annotations);
  text.line(0, `Finalizers:\t[${(metadata?.finalizers ?? []).join(' ')}]`);
  text.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  if (metadata?.deletionTimestamp !== undefined)
    text.line(0, `Status:\tTerminating (lasts ${humanDuration(context.nowMs - parseTime(metadata.deletionTimestamp))})`);
  else text.line(0, `Status:\t${status?.phase ?? ''}`);
  text.line(0, `Claim:\t${spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`}`);
  text.line(0, `Reclaim Policy:\t${spec?.persistentVolumeReclaimPolicy ?? ''}`);
  text.line(0, `Access Modes:\t${modes(spec?.accessModes)}`);
  if (spec?.volumeMode !== undefined) text.line(0, `VolumeMode:\t${spec.volumeMode}`);
  text.line(0, `Capacity:\t${spec?.capacity?.['storage'] ?? '0'}`);
  affinity(text, of);
  text.line(0, `Message:\t${status?.message ?? ''}`);
  text.raw('Source:\n');
  for (const line of sourceLines(spec ?? {})) text.line(2, line);
  await describeEvents(text, object, context);
};

function affinity(text: Text, { spec }: PersistentVolume): void {
  const required = spec?.nodeAffinity?.required;
  if (spec?.nodeAffinity === undefined) {
    text.line(0, 'Node Affinity:\t<none>');
    return;
  }
  text.line(0, 'Node Affinity:\t');
  text.line(1, `Required Terms:\t${required === undefined ? '<none>' : ''}`);
  required?.nodeSelectorTerms.forEach((term, i) => {
    text.line(2, `Term ${i}:\t${(term.matchExpressions ?? []).length === 0 ? '<none>' : expressions(term.matchExpressions ?? [])[0]}`);
    for (const line of expressions(term.matchExpressions ?? []).slice(1)) text.line(2, `\t${line}`);
  });
}

function expressions(all: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]): string[] {
  return all.map((e) => `${e.key} ${e.operator.toLowerCase()}${(e.values ?? []).length === 0 ? '' : ` [${(e.values ?? []).join(', ')}]`}`);
}

export const persistentVolumeClaim: Describer = async (text, object, context) => {
  const of = object as unknown as PersistentVolumeClaim;
  const { spec, status, metadata } = of;
  text.line(0, `Name:\t${metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  text.line(0, `StorageClass:\t${spec?.storageClassName ?? ''}`);
  if (metadata?.deletionTimestamp !== undefined)
    text.line(0, `Status:\tTerminating (lasts ${humanDuration(context.nowMs - parseTime(metadata.deletionTimestamp))})`);
  else text.line(0, `Status:\t${status?.phase ?? ''}`);
  text.line(0, `Volume:\t${spec?.volumeName ?? ''}`);
  labelLines(text, 'Labels', metadata?.labels);
  annotationLines(text, 'Annotations', metadata?.annotations);
  text.line(0, `Finalizers:\t[${(metadata?.finalizers ?? []).join(' ')}]`);
  const bound = spec?.volumeName ? status : undefined;
  text.line(0, `Capacity:\t${spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : ''}`);
  text.line(0, `Access Modes:\t${modes(bound?.accessModes)}`);
  if (spec?.volumeMode !== undefined) text.line(0, `VolumeMode:\t${spec.volumeMode}`);
  if (spec?.dataSource !== undefined) {
    text.raw('DataSource:\n');
    if (spec.dataSource.apiGroup !== undefined) text.line(1, `APIGroup:\t${spec.dataSource.apiGroup}`);
    text.line(1, `Kind:\t${spec.dataSource.kind}`);
    text.line(1, `Name:\t${spec.dataSource.name}`);
  }
  const pods = (await context.list('pods', metadata?.namespace ?? '')) as unknown as readonly Pod[];
  const users = pods.filter((p) =>
    p.spec?.volumes?.some(
      (v) =>
        v.persistentVolumeClaim?.claimName === metadata?.name ||
        (v.ephemeral !== undefined && `${p.metadata?.name ?? ''}-${v.name}` === metadata?.name),
    ),
  );
  if (users.length === 0) text.line(0, 'Used By:\t<none>');
  users
    .map((p) => p.metadata?.name ?? '')
    .sort(byText)
    .forEach((name, i) => text.line(0, `${i === 0 ? 'Used By:' : ''}\t${name}`));
  if ((status?.conditions ?? []).length > 0) {
    text.raw('Conditions:\n');
    text.line(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage');
    text.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
    for (const c of status?.conditions ?? []) {
      text.line(
        1,
        `${c.type} \t${c.status} \t${rfc1123z(c.lastProbeTime)} \t${rfc1123z(c.lastTransitionTime)} \t${c.reason ?? ''} \t${c.message ?? ''}`,
      );
    }
  }
  await describeEvents(text, object, context);
};

export const storageClass: Describer = async (text, object, context) => {
  const of = object as unknown as StorageClass;
  const isDefault =
    of.metadata?.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    of.metadata?.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true';
  const pairs = (values: Readonly<Record<string, string>> | undefined): string =>
    Object.entries(values ?? {})
      .map(([k, v]) => `${k}=${v}`)
      .sort(byText)
      .join(',') || '<none>';
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `IsDefaultClass:\t${isDefault ? 'Yes' : 'No'}`);
  text.line(0, `Annotations:\t${pairs(of.metadata?.annotations)}`);
  text.line(0, `Provisioner:\t${of.provisioner}`);
  text.line(0, `Parameters:\t${pairs(of.parameters)}`);
  text.line(0, `AllowVolumeExpansion:\t${of.allowVolumeExpansion === undefined ? '<unset>' : of.allowVolumeExpansion ? 'True' : 'False'}`);
  if ((of.mountOptions ?? []).length === 0) text.line(0, 'MountOptions:\t<none>');
  else {
    text.raw('MountOptions:\n');
    for (const option of of.mountOptions ?? []) text.line(1, option);
  }
  text.line(0, `ReclaimPolicy:\t${of.reclaimPolicy ?? ''}`);
  text.line(0, `VolumeBindingMode:\t${of.volumeBindingMode ?? ''}`);
  if (of.allowedTopologies !== undefined) topologies(text, of.allowedTopologies);
  await describeEvents(text, object, context);
};

function topologies(text: Text, terms: NonNullable<StorageClass['allowedTopologies']>): void {
  text.line(0, `AllowedTopologies:\t${terms.length === 0 ? '<none>' : ''}`);
  terms.forEach(({ matchLabelExpressions = [] }, i) => {
    if (matchLabelExpressions.length === 0) text.line(1, `Term ${i}:\t<none>`);
    matchLabelExpressions.forEach(({ key, values }, at) =>
      text.line(1, `${at === 0 ? `Term ${i}:` : ''}\t${key} in${values.length === 0 ? '' : ` [${values.join(', ')}]`}`),
    );
  });
}

export const csiNode: Describer = async (text, object, context) => {
  const of = object as unknown as CSINode;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `CreationTimestamp:\t${rfc1123z(of.metadata?.creationTimestamp)}`);
  text.raw('Spec:\n');
  if (of.spec.drivers.length > 0) text.line(1, 'Drivers:');
  for (const { name, nodeID, allocatable, topologyKeys } of of.spec.drivers) {
    text.line(2, `${name}:`);
    text.line(3, `Node ID:\t${nodeID}`);
    if (allocatable?.count !== undefined) {
      text.line(3, 'Allocatables:');
      text.line(4, `Count:\t${allocatable.count}`);
    }
    if (topologyKeys !== undefined) text.line(3, `Topology Keys:\t[${topologyKeys.join(' ')}]`);
  }
  await describeEvents(text, object, context);
};
