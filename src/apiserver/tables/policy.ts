/** Tables of access, scheduling, admission and flow control kinds.
 *  Upstream: pkg/printers/internalversion/printers.go */
import type {
  APIService, CertificateSigningRequest, ClusterRoleBinding, FlowSchema, MutatingWebhookConfiguration, PriorityClass, PriorityLevelConfiguration,
  RoleBinding, RuntimeClass, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration,
} from '../../api/generated/types.ts';
import { humanDuration } from '../../base/time.ts';
import { formatLabelSelector } from './selector-text.ts';
import { ageOf, columns, nameOf, type TablePrinter } from './table.ts';

type Binding = RoleBinding | ClusterRoleBinding;

function subjects(binding: Binding, kind: string): string {
  const ofKind = (binding.subjects ?? []).filter((subject) => subject.kind === kind);
  return ofKind.map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name)).join(', ');
}

export const roleBindingTable: TablePrinter<Binding> = {
  columns: columns('Name', 'Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'),
  cells: (it, now) => [
    nameOf(it), `${it.roleRef?.kind}/${it.roleRef?.name}`, ageOf(it, now), subjects(it, 'User'), subjects(it, 'Group'),
    subjects(it, 'ServiceAccount'),
  ],
};

export const priorityClassTable: TablePrinter<PriorityClass> = {
  columns: columns('Name', 'Value:integer', 'Global-Default:boolean', 'Age', 'PreemptionPolicy'),
  cells: (it, now) => [nameOf(it), it.value ?? 0, it.globalDefault ?? false, ageOf(it, now), it.preemptionPolicy ?? 'PreemptLowerPriority'],
};

export const runtimeClassTable: TablePrinter<RuntimeClass> = {
  columns: columns('Name', 'Handler', 'Age'),
  cells: (it, now) => [nameOf(it), it.handler ?? '', ageOf(it, now)],
};

function requestStatus({ status }: CertificateSigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return decision + (has('Failed') ? ',Failed' : '') + (status?.certificate ? ',Issued' : '');
}

export const certificateSigningRequestTable: TablePrinter<CertificateSigningRequest> = {
  columns: columns('Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
  cells: (it, now) => [
    nameOf(it), ageOf(it, now), it.spec?.signerName || '<none>', it.spec?.username ?? '',
    it.spec?.expirationSeconds === undefined ? '<none>' : humanDuration(it.spec.expirationSeconds * 1000), requestStatus(it),
  ],
};

export const webhookConfigurationTable: TablePrinter<ValidatingWebhookConfiguration | MutatingWebhookConfiguration> = {
  columns: columns('Name', 'Webhooks:integer', 'Age'),
  cells: (it, now) => [nameOf(it), it.webhooks?.length ?? 0, ageOf(it, now)],
};

export const validatingAdmissionPolicyTable: TablePrinter<ValidatingAdmissionPolicy> = {
  columns: columns('Name', 'Validations:integer', 'ParamKind', 'Age'),
  cells(it, now) {
    const kind = it.spec?.paramKind;
    return [nameOf(it), it.spec?.validations?.length ?? 0, kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>', ageOf(it, now)];
  },
};

export const validatingAdmissionPolicyBindingTable: TablePrinter<ValidatingAdmissionPolicyBinding> = {
  columns: columns('Name', 'PolicyName', 'ParamRef', 'Age'),
  cells(it, now) {
    const ref = it.spec?.paramRef;
    const param = ref?.name ? `${ref.namespace || '*'}/${ref.name}` : ref?.selector ? formatLabelSelector(ref.selector) : '<unset>';
    return [nameOf(it), it.spec?.policyName ?? '', param, ageOf(it, now)];
  },
};

export const flowSchemaTable: TablePrinter<FlowSchema> = {
  columns: columns('Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL'),
  cells: (it, now) => [
    nameOf(it), it.spec?.priorityLevelConfiguration?.name ?? '', it.spec?.matchingPrecedence ?? 0, it.spec?.distinguisherMethod?.type ?? '<none>',
    ageOf(it, now), it.status?.conditions?.find((condition) => condition.type === 'Dangling')?.status ?? '?',
  ],
};

export const priorityLevelConfigurationTable: TablePrinter<PriorityLevelConfiguration> = {
  columns: columns('Name', 'Type', 'NominalConcurrencyShares', 'Queues', 'HandSize', 'QueueLengthLimit', 'Age'),
  cells(it, now) {
    const queuing = it.spec?.limited?.limitResponse?.queuing;
    return [
      nameOf(it), it.spec?.type ?? '', it.spec?.limited?.nominalConcurrencyShares ?? '<none>', queuing?.queues ?? '<none>',
      queuing?.handSize ?? '<none>', queuing?.queueLengthLimit ?? '<none>', ageOf(it, now),
    ];
  },
};

export const apiServiceTable: TablePrinter<APIService> = {
  columns: columns('Name', 'Service', 'Available', 'Age'),
  cells(it, now) {
    const service = it.spec?.service;
    const condition = it.status?.conditions?.find(({ type }) => type === 'Available');
    const available = condition === undefined ? 'Unknown' : condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
    return [nameOf(it), service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`, available, ageOf(it, now)];
  },
};
