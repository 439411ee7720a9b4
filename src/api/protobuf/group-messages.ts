/** Field numbers of Kubernetes 1.33's protobuf encoding, written by scripts/protobuf-tables.mjs; wire/protobuf/messages.ts reads the lines. */
export const GROUP_MESSAGES = `
admissionregistration.AuditAnnotation: key 1 string, valueExpression 2 string
admissionregistration.ExpressionWarning: fieldRef 2 string, warning 3 string
admissionregistration.MatchCondition: name 1 string, expression 2 string
admissionregistration.MatchResources: namespaceSelector 1 meta.LabelSelector?, objectSelector 2 meta.LabelSelector?,
  resourceRules 3 NamedRuleWithOperations[], excludeResourceRules 4 NamedRuleWithOperations[], matchPolicy 7 string?
admissionregistration.MutatingWebhook: name 1 string, clientConfig 2 WebhookClientConfig, rules 3 RuleWithOperations[],
  failurePolicy 4 string?, matchPolicy 9 string?, namespaceSelector 5 meta.LabelSelector?, objectSelector 11 meta.LabelSelector?,
  sideEffects 6 string?, timeoutSeconds 7 int?, admissionReviewVersions 8 string[], reinvocationPolicy 10 string?,
  matchConditions 12 MatchCondition[]
admissionregistration.MutatingWebhookConfiguration: metadata 1 meta.ObjectMeta, webhooks 2 MutatingWebhook[]
admissionregistration.NamedRuleWithOperations: resourceNames 1 string[], ^ 2 RuleWithOperations
admissionregistration.ParamKind: apiVersion 1 string, kind 2 string
admissionregistration.ParamRef: name 1 string, namespace 2 string, selector 3 meta.LabelSelector?, parameterNotFoundAction 4 string?
admissionregistration.Rule: apiGroups 1 string[], apiVersions 2 string[], resources 3 string[], scope 4 string?
admissionregistration.RuleWithOperations: operations 1 string[], ^ 2 Rule
admissionregistration.ServiceReference: namespace 1 string, name 2 string, path 3 string?, port 4 int?
admissionregistration.TypeChecking: expressionWarnings 1 ExpressionWarning[]
admissionregistration.ValidatingAdmissionPolicy: metadata 1 meta.ObjectMeta, spec 2 ValidatingAdmissionPolicySpec,
  status 3 ValidatingAdmissionPolicyStatus
admissionregistration.ValidatingAdmissionPolicyBinding: metadata 1 meta.ObjectMeta, spec 2 ValidatingAdmissionPolicyBindingSpec
admissionregistration.ValidatingAdmissionPolicyBindingSpec: policyName 1 string, paramRef 2 ParamRef?, matchResources 3 MatchResources?,
  validationActions 4 string[]
admissionregistration.ValidatingAdmissionPolicySpec: paramKind 1 ParamKind?, matchConstraints 2 MatchResources?,
  validations 3 Validation[], failurePolicy 4 string?, auditAnnotations 5 AuditAnnotation[], matchConditions 6 MatchCondition[],
  variables 7 Variable[]
admissionregistration.ValidatingAdmissionPolicyStatus: observedGeneration 1 int, typeChecking 2 TypeChecking?,
  conditions 3 meta.Condition[]
admissionregistration.ValidatingWebhook: name 1 string, clientConfig 2 WebhookClientConfig, rules 3 RuleWithOperations[],
  failurePolicy 4 string?, matchPolicy 9 string?, namespaceSelector 5 meta.LabelSelector?, objectSelector 10 meta.LabelSelector?,
  sideEffects 6 string?, timeoutSeconds 7 int?, admissionReviewVersions 8 string[], matchConditions 11 MatchCondition[]
admissionregistration.ValidatingWebhookConfiguration: metadata 1 meta.ObjectMeta, webhooks 2 ValidatingWebhook[]
admissionregistration.Validation: expression 1 string, message 2 string, reason 3 string?, messageExpression 4 string
admissionregistration.Variable: name 1 string, expression 2 string
admissionregistration.WebhookClientConfig: url 3 string?, service 1 ServiceReference?, caBundle 2 bytes
apps.ControllerRevision: metadata 1 meta.ObjectMeta, data 2 Raw, revision 3 int
apps.DaemonSet: metadata 1 meta.ObjectMeta, spec 2 DaemonSetSpec, status 3 DaemonSetStatus
apps.DaemonSetCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
apps.DaemonSetSpec: selector 1 meta.LabelSelector?, template 2 core.PodTemplateSpec, updateStrategy 3 DaemonSetUpdateStrategy,
  minReadySeconds 4 int, revisionHistoryLimit 6 int?
apps.DaemonSetStatus: currentNumberScheduled 1 int, numberMisscheduled 2 int, desiredNumberScheduled 3 int, numberReady 4 int,
  observedGeneration 5 int, updatedNumberScheduled 6 int, numberAvailable 7 int, numberUnavailable 8 int, collisionCount 9 int?,
  conditions 10 DaemonSetCondition[]
apps.DaemonSetUpdateStrategy: type 1 string, rollingUpdate 2 RollingUpdateDaemonSet?
apps.Deployment: metadata 1 meta.ObjectMeta, spec 2 DeploymentSpec, status 3 DeploymentStatus
apps.DeploymentCondition: type 1 string, status 2 string, lastUpdateTime 6 Time, lastTransitionTime 7 Time, reason 4 string,
  message 5 string
apps.DeploymentSpec: replicas 1 int?, selector 2 meta.LabelSelector?, template 3 core.PodTemplateSpec, strategy 4 DeploymentStrategy,
  minReadySeconds 5 int, revisionHistoryLimit 6 int?, paused 7 bool, progressDeadlineSeconds 9 int?
apps.DeploymentStatus: observedGeneration 1 int, replicas 2 int, updatedReplicas 3 int, readyReplicas 7 int, availableReplicas 4 int,
  unavailableReplicas 5 int, terminatingReplicas 9 int?, conditions 6 DeploymentCondition[], collisionCount 8 int?
apps.DeploymentStrategy: type 1 string, rollingUpdate 2 RollingUpdateDeployment?
apps.ReplicaSet: metadata 1 meta.ObjectMeta, spec 2 ReplicaSetSpec, status 3 ReplicaSetStatus
apps.ReplicaSetCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
apps.ReplicaSetSpec: replicas 1 int?, minReadySeconds 4 int, selector 2 meta.LabelSelector?, template 3 core.PodTemplateSpec
apps.ReplicaSetStatus: replicas 1 int, fullyLabeledReplicas 2 int, readyReplicas 4 int, availableReplicas 5 int,
  terminatingReplicas 7 int?, observedGeneration 3 int, conditions 6 ReplicaSetCondition[]
apps.RollingUpdateDaemonSet: maxUnavailable 1 IntOrString?, maxSurge 2 IntOrString?
apps.RollingUpdateDeployment: maxUnavailable 1 IntOrString?, maxSurge 2 IntOrString?
apps.RollingUpdateStatefulSetStrategy: partition 1 int?, maxUnavailable 2 IntOrString?
apps.StatefulSet: metadata 1 meta.ObjectMeta, spec 2 StatefulSetSpec, status 3 StatefulSetStatus
apps.StatefulSetCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
apps.StatefulSetOrdinals: start 1 int
apps.StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted 1 string, whenScaled 2 string
apps.StatefulSetSpec: replicas 1 int?, selector 2 meta.LabelSelector?, template 3 core.PodTemplateSpec,
  volumeClaimTemplates 4 core.PersistentVolumeClaim[], serviceName 5 string, podManagementPolicy 6 string,
  updateStrategy 7 StatefulSetUpdateStrategy, revisionHistoryLimit 8 int?, minReadySeconds 9 int,
  persistentVolumeClaimRetentionPolicy 10 StatefulSetPersistentVolumeClaimRetentionPolicy?, ordinals 11 StatefulSetOrdinals?
apps.StatefulSetStatus: observedGeneration 1 int, replicas 2 int, readyReplicas 3 int, currentReplicas 4 int, updatedReplicas 5 int,
  currentRevision 6 string, updateRevision 7 string, collisionCount 9 int?, conditions 10 StatefulSetCondition[], availableReplicas 11 int
apps.StatefulSetUpdateStrategy: type 1 string, rollingUpdate 2 RollingUpdateStatefulSetStrategy?
authentication.BoundObjectReference: kind 1 string, apiVersion 2 string, name 3 string, uid 4 string
authentication.SelfSubjectReview: metadata 1 meta.ObjectMeta, status 2 SelfSubjectReviewStatus
authentication.SelfSubjectReviewStatus: userInfo 1 UserInfo
authentication.TokenRequest: metadata 1 meta.ObjectMeta, spec 2 TokenRequestSpec, status 3 TokenRequestStatus
authentication.TokenRequestSpec: audiences 1 string[], expirationSeconds 4 int?, boundObjectRef 3 BoundObjectReference?
authentication.TokenRequestStatus: token 1 string, expirationTimestamp 2 Time
authentication.TokenReview: metadata 1 meta.ObjectMeta, spec 2 TokenReviewSpec, status 3 TokenReviewStatus
authentication.TokenReviewSpec: token 1 string, audiences 2 string[]
authentication.TokenReviewStatus: authenticated 1 bool, user 2 UserInfo, audiences 4 string[], error 3 string
authentication.UserInfo: username 1 string, uid 2 string, groups 3 string[], extra 4 Strings{}
authorization.FieldSelectorAttributes: rawSelector 1 string, requirements 2 meta.FieldSelectorRequirement[]
authorization.LabelSelectorAttributes: rawSelector 1 string, requirements 2 meta.LabelSelectorRequirement[]
authorization.LocalSubjectAccessReview: metadata 1 meta.ObjectMeta, spec 2 SubjectAccessReviewSpec, status 3 SubjectAccessReviewStatus
authorization.NonResourceAttributes: path 1 string, verb 2 string
authorization.NonResourceRule: verbs 1 string[], nonResourceURLs 2 string[]
authorization.ResourceAttributes: namespace 1 string, verb 2 string, group 3 string, version 4 string, resource 5 string,
  subresource 6 string, name 7 string, fieldSelector 8 FieldSelectorAttributes?, labelSelector 9 LabelSelectorAttributes?
authorization.ResourceRule: verbs 1 string[], apiGroups 2 string[], resources 3 string[], resourceNames 4 string[]
authorization.SelfSubjectAccessReview: metadata 1 meta.ObjectMeta, spec 2 SelfSubjectAccessReviewSpec, status 3 SubjectAccessReviewStatus
authorization.SelfSubjectAccessReviewSpec: resourceAttributes 1 ResourceAttributes?, nonResourceAttributes 2 NonResourceAttributes?
authorization.SelfSubjectRulesReview: metadata 1 meta.ObjectMeta, spec 2 SelfSubjectRulesReviewSpec, status 3 SubjectRulesReviewStatus
authorization.SelfSubjectRulesReviewSpec: namespace 1 string
authorization.SubjectAccessReview: metadata 1 meta.ObjectMeta, spec 2 SubjectAccessReviewSpec, status 3 SubjectAccessReviewStatus
authorization.SubjectAccessReviewSpec: resourceAttributes 1 ResourceAttributes?, nonResourceAttributes 2 NonResourceAttributes?,
  user 3 string, groups 4 string[], extra 5 Strings{}, uid 6 string
authorization.SubjectAccessReviewStatus: allowed 1 bool, denied 4 bool, reason 2 string, evaluationError 3 string
authorization.SubjectRulesReviewStatus: resourceRules 1 ResourceRule[], nonResourceRules 2 NonResourceRule[], incomplete 3 bool,
  evaluationError 4 string
autoscaling.ContainerResourceMetricSource: name 1 string, targetAverageUtilization 2 int?, targetAverageValue 3 Quantity?,
  container 5 string
autoscaling.ContainerResourceMetricStatus: name 1 string, currentAverageUtilization 2 int?, currentAverageValue 3 Quantity,
  container 4 string
autoscaling.CrossVersionObjectReference: kind 1 string, name 2 string, apiVersion 3 string
autoscaling.ExternalMetricSource: metricName 1 string, metricSelector 2 meta.LabelSelector?, targetValue 3 Quantity?,
  targetAverageValue 4 Quantity?
autoscaling.ExternalMetricStatus: metricName 1 string, metricSelector 2 meta.LabelSelector?, currentValue 3 Quantity,
  currentAverageValue 4 Quantity?
autoscaling.HorizontalPodAutoscaler: metadata 1 meta.ObjectMeta, spec 2 HorizontalPodAutoscalerSpec,
  status 3 HorizontalPodAutoscalerStatus
autoscaling.HorizontalPodAutoscalerCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
autoscaling.HorizontalPodAutoscalerSpec: scaleTargetRef 1 CrossVersionObjectReference, minReplicas 2 int?, maxReplicas 3 int,
  targetCPUUtilizationPercentage 4 int?
autoscaling.HorizontalPodAutoscalerStatus: observedGeneration 1 int?, lastScaleTime 2 Time?, currentReplicas 3 int, desiredReplicas 4 int,
  currentCPUUtilizationPercentage 5 int?
autoscaling.MetricSpec: type 1 string, object 2 ObjectMetricSource?, pods 3 PodsMetricSource?, resource 4 ResourceMetricSource?,
  containerResource 7 ContainerResourceMetricSource?, external 5 ExternalMetricSource?
autoscaling.MetricStatus: type 1 string, object 2 ObjectMetricStatus?, pods 3 PodsMetricStatus?, resource 4 ResourceMetricStatus?,
  containerResource 7 ContainerResourceMetricStatus?, external 5 ExternalMetricStatus?
autoscaling.ObjectMetricSource: target 1 CrossVersionObjectReference, metricName 2 string, targetValue 3 Quantity,
  selector 4 meta.LabelSelector?, averageValue 5 Quantity?
autoscaling.ObjectMetricStatus: target 1 CrossVersionObjectReference, metricName 2 string, currentValue 3 Quantity,
  selector 4 meta.LabelSelector?, averageValue 5 Quantity?
autoscaling.PodsMetricSource: metricName 1 string, targetAverageValue 2 Quantity, selector 3 meta.LabelSelector?
autoscaling.PodsMetricStatus: metricName 1 string, currentAverageValue 2 Quantity, selector 3 meta.LabelSelector?
autoscaling.ResourceMetricSource: name 1 string, targetAverageUtilization 2 int?, targetAverageValue 3 Quantity?
autoscaling.ResourceMetricStatus: name 1 string, currentAverageUtilization 2 int?, currentAverageValue 3 Quantity
autoscaling.Scale: metadata 1 meta.ObjectMeta, spec 2 ScaleSpec, status 3 ScaleStatus
autoscaling.ScaleSpec: replicas 1 int
autoscaling.ScaleStatus: replicas 1 int, selector 2 string
autoscalingv2.ContainerResourceMetricSource: name 1 string, target 2 MetricTarget, container 3 string
autoscalingv2.ContainerResourceMetricStatus: name 1 string, current 2 MetricValueStatus, container 3 string
autoscalingv2.CrossVersionObjectReference: kind 1 string, name 2 string, apiVersion 3 string
autoscalingv2.ExternalMetricSource: metric 1 MetricIdentifier, target 2 MetricTarget
autoscalingv2.ExternalMetricStatus: metric 1 MetricIdentifier, current 2 MetricValueStatus
autoscalingv2.HPAScalingPolicy: type 1 string, value 2 int, periodSeconds 3 int
autoscalingv2.HPAScalingRules: stabilizationWindowSeconds 3 int?, selectPolicy 1 string?, policies 2 HPAScalingPolicy[],
  tolerance 4 Quantity?
autoscalingv2.HorizontalPodAutoscaler: metadata 1 meta.ObjectMeta, spec 2 HorizontalPodAutoscalerSpec,
  status 3 HorizontalPodAutoscalerStatus
autoscalingv2.HorizontalPodAutoscalerBehavior: scaleUp 1 HPAScalingRules?, scaleDown 2 HPAScalingRules?
autoscalingv2.HorizontalPodAutoscalerCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string,
  message 5 string
autoscalingv2.HorizontalPodAutoscalerSpec: scaleTargetRef 1 CrossVersionObjectReference, minReplicas 2 int?, maxReplicas 3 int,
  metrics 4 MetricSpec[], behavior 5 HorizontalPodAutoscalerBehavior?
autoscalingv2.HorizontalPodAutoscalerStatus: observedGeneration 1 int?, lastScaleTime 2 Time?, currentReplicas 3 int,
  desiredReplicas 4 int, currentMetrics 5 MetricStatus[], conditions 6 HorizontalPodAutoscalerCondition[]
autoscalingv2.MetricIdentifier: name 1 string, selector 2 meta.LabelSelector?
autoscalingv2.MetricSpec: type 1 string, object 2 ObjectMetricSource?, pods 3 PodsMetricSource?, resource 4 ResourceMetricSource?,
  containerResource 7 ContainerResourceMetricSource?, external 5 ExternalMetricSource?
autoscalingv2.MetricStatus: type 1 string, object 2 ObjectMetricStatus?, pods 3 PodsMetricStatus?, resource 4 ResourceMetricStatus?,
  containerResource 7 ContainerResourceMetricStatus?, external 5 ExternalMetricStatus?
autoscalingv2.MetricTarget: type 1 string, value 2 Quantity?, averageValue 3 Quantity?, averageUtilization 4 int?
autoscalingv2.MetricValueStatus: value 1 Quantity?, averageValue 2 Quantity?, averageUtilization 3 int?
autoscalingv2.ObjectMetricSource: describedObject 1 CrossVersionObjectReference, target 2 MetricTarget, metric 3 MetricIdentifier
autoscalingv2.ObjectMetricStatus: metric 1 MetricIdentifier, current 2 MetricValueStatus, describedObject 3 CrossVersionObjectReference
autoscalingv2.PodsMetricSource: metric 1 MetricIdentifier, target 2 MetricTarget
autoscalingv2.PodsMetricStatus: metric 1 MetricIdentifier, current 2 MetricValueStatus
autoscalingv2.ResourceMetricSource: name 1 string, target 2 MetricTarget
autoscalingv2.ResourceMetricStatus: name 1 string, current 2 MetricValueStatus
batch.CronJob: metadata 1 meta.ObjectMeta, spec 2 CronJobSpec, status 3 CronJobStatus
batch.CronJobSpec: schedule 1 string, timeZone 8 string?, startingDeadlineSeconds 2 int?, concurrencyPolicy 3 string, suspend 4 bool?,
  jobTemplate 5 JobTemplateSpec, successfulJobsHistoryLimit 6 int?, failedJobsHistoryLimit 7 int?
batch.CronJobStatus: active 1 core.ObjectReference[], lastScheduleTime 4 Time?, lastSuccessfulTime 5 Time?
batch.Job: metadata 1 meta.ObjectMeta, spec 2 JobSpec, status 3 JobStatus
batch.JobCondition: type 1 string, status 2 string, lastProbeTime 3 Time, lastTransitionTime 4 Time, reason 5 string, message 6 string
batch.JobSpec: parallelism 1 int?, completions 2 int?, activeDeadlineSeconds 3 int?, podFailurePolicy 11 PodFailurePolicy?,
  successPolicy 16 SuccessPolicy?, backoffLimit 7 int?, backoffLimitPerIndex 12 int?, maxFailedIndexes 13 int?,
  selector 4 meta.LabelSelector?, manualSelector 5 bool?, template 6 core.PodTemplateSpec, ttlSecondsAfterFinished 8 int?,
  completionMode 9 string?, suspend 10 bool?, podReplacementPolicy 14 string?, managedBy 15 string?
batch.JobStatus: conditions 1 JobCondition[], startTime 2 Time?, completionTime 3 Time?, active 4 int, succeeded 5 int, failed 6 int,
  terminating 11 int?, completedIndexes 7 string, failedIndexes 10 string?, uncountedTerminatedPods 8 UncountedTerminatedPods?,
  ready 9 int?
batch.JobTemplateSpec: metadata 1 meta.ObjectMeta, spec 2 JobSpec
batch.PodFailurePolicy: rules 1 PodFailurePolicyRule[]
batch.PodFailurePolicyOnExitCodesRequirement: containerName 1 string?, operator 2 string, values 3 int[]
batch.PodFailurePolicyOnPodConditionsPattern: type 1 string, status 2 string
batch.PodFailurePolicyRule: action 1 string, onExitCodes 2 PodFailurePolicyOnExitCodesRequirement?,
  onPodConditions 3 PodFailurePolicyOnPodConditionsPattern[]
batch.SuccessPolicy: rules 1 SuccessPolicyRule[]
batch.SuccessPolicyRule: succeededIndexes 1 string?, succeededCount 2 int?
batch.UncountedTerminatedPods: succeeded 1 string[], failed 2 string[]
certificates.CertificateSigningRequest: metadata 1 meta.ObjectMeta, spec 2 CertificateSigningRequestSpec,
  status 3 CertificateSigningRequestStatus
certificates.CertificateSigningRequestCondition: type 1 string, status 6 string, reason 2 string, message 3 string, lastUpdateTime 4 Time,
  lastTransitionTime 5 Time
certificates.CertificateSigningRequestSpec: request 1 bytes, signerName 7 string, expirationSeconds 8 int?, usages 5 string[],
  username 2 string, uid 3 string, groups 4 string[], extra 6 Strings{}
certificates.CertificateSigningRequestStatus: conditions 1 CertificateSigningRequestCondition[], certificate 2 bytes
coordination.Lease: metadata 1 meta.ObjectMeta, spec 2 LeaseSpec
coordination.LeaseSpec: holderIdentity 1 string?, leaseDurationSeconds 2 int?, acquireTime 3 MicroTime?, renewTime 4 MicroTime?,
  leaseTransitions 5 int?, strategy 6 string?, preferredHolder 7 string?
discovery.Endpoint: addresses 1 string[], conditions 2 EndpointConditions, hostname 3 string?, targetRef 4 core.ObjectReference?,
  deprecatedTopology 5 string{}, nodeName 6 string?, zone 7 string?, hints 8 EndpointHints?
discovery.EndpointConditions: ready 1 bool?, serving 2 bool?, terminating 3 bool?
discovery.EndpointHints: forZones 1 ForZone[], forNodes 2 ForNode[]
discovery.EndpointPort: name 1 string?, protocol 2 string?, port 3 int?, appProtocol 4 string?
discovery.EndpointSlice: metadata 1 meta.ObjectMeta, addressType 4 string, endpoints 2 Endpoint[], ports 3 EndpointPort[]
discovery.ForNode: name 1 string
discovery.ForZone: name 1 string
events.Event: metadata 1 meta.ObjectMeta, eventTime 2 MicroTime, series 3 EventSeries?, reportingController 4 string,
  reportingInstance 5 string, action 6 string, reason 7 string, regarding 8 core.ObjectReference, related 9 core.ObjectReference?,
  note 10 string, type 11 string, deprecatedSource 12 core.EventSource, deprecatedFirstTimestamp 13 Time, deprecatedLastTimestamp 14 Time,
  deprecatedCount 15 int
events.EventSeries: count 1 int, lastObservedTime 2 MicroTime
flowcontrol.ExemptPriorityLevelConfiguration: nominalConcurrencyShares 1 int?, lendablePercent 2 int?
flowcontrol.FlowDistinguisherMethod: type 1 string
flowcontrol.FlowSchema: metadata 1 meta.ObjectMeta, spec 2 FlowSchemaSpec, status 3 FlowSchemaStatus
flowcontrol.FlowSchemaCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
flowcontrol.FlowSchemaSpec: priorityLevelConfiguration 1 PriorityLevelConfigurationReference, matchingPrecedence 2 int,
  distinguisherMethod 3 FlowDistinguisherMethod?, rules 4 PolicyRulesWithSubjects[]
flowcontrol.FlowSchemaStatus: conditions 1 FlowSchemaCondition[]
flowcontrol.GroupSubject: name 1 string
flowcontrol.LimitResponse: type 1 string, queuing 2 QueuingConfiguration?
flowcontrol.LimitedPriorityLevelConfiguration: nominalConcurrencyShares 1 int?, limitResponse 2 LimitResponse, lendablePercent 3 int?,
  borrowingLimitPercent 4 int?
flowcontrol.NonResourcePolicyRule: verbs 1 string[], nonResourceURLs 6 string[]
flowcontrol.PolicyRulesWithSubjects: subjects 1 Subject[], resourceRules 2 ResourcePolicyRule[],
  nonResourceRules 3 NonResourcePolicyRule[]
flowcontrol.PriorityLevelConfiguration: metadata 1 meta.ObjectMeta, spec 2 PriorityLevelConfigurationSpec,
  status 3 PriorityLevelConfigurationStatus
flowcontrol.PriorityLevelConfigurationCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string,
  message 5 string
flowcontrol.PriorityLevelConfigurationReference: name 1 string
flowcontrol.PriorityLevelConfigurationSpec: type 1 string, limited 2 LimitedPriorityLevelConfiguration?,
  exempt 3 ExemptPriorityLevelConfiguration?
flowcontrol.PriorityLevelConfigurationStatus: conditions 1 PriorityLevelConfigurationCondition[]
flowcontrol.QueuingConfiguration: queues 1 int, handSize 2 int, queueLengthLimit 3 int
flowcontrol.ResourcePolicyRule: verbs 1 string[], apiGroups 2 string[], resources 3 string[], clusterScope 4 bool, namespaces 5 string[]
flowcontrol.ServiceAccountSubject: namespace 1 string, name 2 string
flowcontrol.Subject: kind 1 string, user 2 UserSubject?, group 3 GroupSubject?, serviceAccount 4 ServiceAccountSubject?
flowcontrol.UserSubject: name 1 string
meta.Condition: type 1 string, status 2 string, observedGeneration 3 int, lastTransitionTime 4 Time, reason 5 string, message 6 string
meta.DeleteOptions: gracePeriodSeconds 1 int?, preconditions 2 Preconditions?, orphanDependents 3 bool?, propagationPolicy 4 string?,
  dryRun 5 string[], ignoreStoreReadErrorWithClusterBreakingPotential 6 bool?
meta.Duration: ^ 1 int
meta.FieldSelectorRequirement: key 1 string, operator 2 string, values 3 string[]
meta.LabelSelector: matchLabels 1 string{}, matchExpressions 2 LabelSelectorRequirement[]
meta.LabelSelectorRequirement: key 1 string, operator 2 string, values 3 string[]
meta.ListMeta: selfLink 1 string, resourceVersion 2 string, continue 3 string, remainingItemCount 4 int?
meta.ManagedFieldsEntry: manager 1 string, operation 2 string, apiVersion 3 string, time 4 Time?, fieldsType 6 string, fieldsV1 7 Raw?,
  subresource 8 string
meta.ObjectMeta: name 1 string, generateName 2 string, namespace 3 string, selfLink 4 string, uid 5 string, resourceVersion 6 string,
  generation 7 int, creationTimestamp 8 Time, deletionTimestamp 9 Time?, deletionGracePeriodSeconds 10 int?, labels 11 string{},
  annotations 12 string{}, ownerReferences 13 OwnerReference[], finalizers 14 string[], managedFields 17 ManagedFieldsEntry[]
meta.OwnerReference: apiVersion 5 string, kind 1 string, name 3 string, uid 4 string, controller 6 bool?, blockOwnerDeletion 7 bool?
meta.Preconditions: uid 1 string?, resourceVersion 2 string?
meta.Status: metadata 1 ListMeta, status 2 string, message 3 string, reason 4 string, details 5 StatusDetails?, code 6 int
meta.StatusCause: reason 1 string, message 2 string, field 3 string
meta.StatusDetails: name 1 string, group 2 string, kind 3 string, uid 6 string, causes 4 StatusCause[], retryAfterSeconds 5 int
networking.HTTPIngressPath: path 1 string, pathType 3 string?, backend 2 IngressBackend
networking.HTTPIngressRuleValue: paths 1 HTTPIngressPath[]
networking.IPAddress: metadata 1 meta.ObjectMeta, spec 2 IPAddressSpec
networking.IPAddressSpec: parentRef 1 ParentReference?
networking.IPBlock: cidr 1 string, except 2 string[]
networking.Ingress: metadata 1 meta.ObjectMeta, spec 2 IngressSpec, status 3 IngressStatus
networking.IngressBackend: service 4 IngressServiceBackend?, resource 3 core.TypedLocalObjectReference?
networking.IngressClass: metadata 1 meta.ObjectMeta, spec 2 IngressClassSpec
networking.IngressClassParametersReference: apiGroup 1 string?, kind 2 string, name 3 string, scope 4 string?, namespace 5 string?
networking.IngressClassSpec: controller 1 string, parameters 2 IngressClassParametersReference?
networking.IngressLoadBalancerIngress: ip 1 string, hostname 2 string, ports 4 IngressPortStatus[]
networking.IngressLoadBalancerStatus: ingress 1 IngressLoadBalancerIngress[]
networking.IngressPortStatus: port 1 int, protocol 2 string, error 3 string?
networking.IngressRule: host 1 string, ^ 2 IngressRuleValue
networking.IngressRuleValue: http 1 HTTPIngressRuleValue?
networking.IngressServiceBackend: name 1 string, port 2 ServiceBackendPort
networking.IngressSpec: ingressClassName 4 string?, defaultBackend 1 IngressBackend?, tls 2 IngressTLS[], rules 3 IngressRule[]
networking.IngressStatus: loadBalancer 1 IngressLoadBalancerStatus
networking.IngressTLS: hosts 1 string[], secretName 2 string
networking.NetworkPolicy: metadata 1 meta.ObjectMeta, spec 2 NetworkPolicySpec
networking.NetworkPolicyEgressRule: ports 1 NetworkPolicyPort[], to 2 NetworkPolicyPeer[]
networking.NetworkPolicyIngressRule: ports 1 NetworkPolicyPort[], from 2 NetworkPolicyPeer[]
networking.NetworkPolicyPeer: podSelector 1 meta.LabelSelector?, namespaceSelector 2 meta.LabelSelector?, ipBlock 3 IPBlock?
networking.NetworkPolicyPort: protocol 1 string?, port 2 IntOrString?, endPort 3 int?
networking.NetworkPolicySpec: podSelector 1 meta.LabelSelector, ingress 2 NetworkPolicyIngressRule[], egress 3 NetworkPolicyEgressRule[],
  policyTypes 4 string[]
networking.ParentReference: group 1 string, resource 2 string, namespace 3 string, name 4 string
networking.ServiceBackendPort: name 1 string, number 2 int
networking.ServiceCIDR: metadata 1 meta.ObjectMeta, spec 2 ServiceCIDRSpec, status 3 ServiceCIDRStatus
networking.ServiceCIDRSpec: cidrs 1 string[]
networking.ServiceCIDRStatus: conditions 1 meta.Condition[]
node.Overhead: podFixed 1 Quantity{}
node.RuntimeClass: metadata 1 meta.ObjectMeta, handler 2 string, overhead 3 Overhead?, scheduling 4 Scheduling?
node.Scheduling: nodeSelector 1 string{}, tolerations 2 core.Toleration[]
policy.Eviction: metadata 1 meta.ObjectMeta, deleteOptions 2 meta.DeleteOptions?
policy.PodDisruptionBudget: metadata 1 meta.ObjectMeta, spec 2 PodDisruptionBudgetSpec, status 3 PodDisruptionBudgetStatus
policy.PodDisruptionBudgetSpec: minAvailable 1 IntOrString?, selector 2 meta.LabelSelector?, maxUnavailable 3 IntOrString?,
  unhealthyPodEvictionPolicy 4 string?
policy.PodDisruptionBudgetStatus: observedGeneration 1 int, disruptedPods 2 Time{}, disruptionsAllowed 3 int, currentHealthy 4 int,
  desiredHealthy 5 int, expectedPods 6 int, conditions 7 meta.Condition[]
rbac.AggregationRule: clusterRoleSelectors 1 meta.LabelSelector[]
rbac.ClusterRole: metadata 1 meta.ObjectMeta, rules 2 PolicyRule[], aggregationRule 3 AggregationRule?
rbac.ClusterRoleBinding: metadata 1 meta.ObjectMeta, subjects 2 Subject[], roleRef 3 RoleRef
rbac.PolicyRule: verbs 1 string[], apiGroups 2 string[], resources 3 string[], resourceNames 4 string[], nonResourceURLs 5 string[]
rbac.Role: metadata 1 meta.ObjectMeta, rules 2 PolicyRule[]
rbac.RoleBinding: metadata 1 meta.ObjectMeta, subjects 2 Subject[], roleRef 3 RoleRef
rbac.RoleRef: apiGroup 1 string, kind 2 string, name 3 string
rbac.Subject: kind 1 string, apiGroup 2 string, name 3 string, namespace 4 string
scheduling.PriorityClass: metadata 1 meta.ObjectMeta, value 2 int!, globalDefault 3 bool, description 4 string, preemptionPolicy 5 string?
storage.CSIDriver: metadata 1 meta.ObjectMeta, spec 2 CSIDriverSpec
storage.CSIDriverSpec: attachRequired 1 bool?, podInfoOnMount 2 bool?, volumeLifecycleModes 3 string[], storageCapacity 4 bool?,
  fsGroupPolicy 5 string?, tokenRequests 6 TokenRequest[], requiresRepublish 7 bool?, seLinuxMount 8 bool?,
  nodeAllocatableUpdatePeriodSeconds 9 int?
storage.CSINode: metadata 1 meta.ObjectMeta, spec 2 CSINodeSpec
storage.CSINodeDriver: name 1 string, nodeID 2 string, topologyKeys 3 string[], allocatable 4 VolumeNodeResources?
storage.CSINodeSpec: drivers 1 CSINodeDriver[]
storage.CSIStorageCapacity: metadata 1 meta.ObjectMeta, nodeTopology 2 meta.LabelSelector?, storageClassName 3 string,
  capacity 4 Quantity?, maximumVolumeSize 5 Quantity?
storage.StorageClass: metadata 1 meta.ObjectMeta, provisioner 2 string, parameters 3 string{}, reclaimPolicy 4 string?,
  mountOptions 5 string[], allowVolumeExpansion 6 bool?, volumeBindingMode 7 string?, allowedTopologies 8 core.TopologySelectorTerm[]
storage.TokenRequest: audience 1 string, expirationSeconds 2 int?
storage.VolumeAttachment: metadata 1 meta.ObjectMeta, spec 2 VolumeAttachmentSpec, status 3 VolumeAttachmentStatus
storage.VolumeAttachmentSource: persistentVolumeName 1 string?, inlineVolumeSpec 2 core.PersistentVolumeSpec?
storage.VolumeAttachmentSpec: attacher 1 string, source 2 VolumeAttachmentSource, nodeName 3 string
storage.VolumeAttachmentStatus: attached 1 bool, attachmentMetadata 2 string{}, attachError 3 VolumeError?, detachError 4 VolumeError?
storage.VolumeError: time 1 Time, message 2 string, errorCode 3 int?
storage.VolumeNodeResources: count 1 int?
`;
