/** Field numbers of the groups that are served beside the core API: CustomResourceDefinitions and APIServices.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/types*.go,
 *  staging/src/k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/types.go */
export const EXTENSION_MESSAGES = `
apiextensions.CustomResourceColumnDefinition: name 1 string, type 2 string, format 3 string, description 4 string, priority 5 int, jsonPath 6 string
apiextensions.CustomResourceConversion: strategy 1 string, webhook 2 WebhookConversion?
apiextensions.CustomResourceDefinition: metadata 1 meta.ObjectMeta, spec 2 CustomResourceDefinitionSpec, status 3 CustomResourceDefinitionStatus
apiextensions.CustomResourceDefinitionCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
apiextensions.CustomResourceDefinitionNames: plural 1 string, singular 2 string, shortNames 3 string[], kind 4 string, listKind 5 string,
  categories 6 string[]
apiextensions.CustomResourceDefinitionSpec: group 1 string, names 3 CustomResourceDefinitionNames, scope 4 string,
  versions 7 CustomResourceDefinitionVersion[], conversion 9 CustomResourceConversion?, preserveUnknownFields 10 bool
apiextensions.CustomResourceDefinitionStatus: conditions 1 CustomResourceDefinitionCondition[], acceptedNames 2 CustomResourceDefinitionNames,
  storedVersions 3 string[]
apiextensions.CustomResourceDefinitionVersion: name 1 string, served 2 bool!, storage 3 bool!, schema 4 CustomResourceValidation?,
  subresources 5 CustomResourceSubresources?, additionalPrinterColumns 6 CustomResourceColumnDefinition[], deprecated 7 bool,
  deprecationWarning 8 string?, selectableFields 9 SelectableField[]
apiextensions.CustomResourceSubresourceScale: specReplicasPath 1 string, statusReplicasPath 2 string, labelSelectorPath 3 string?
apiextensions.CustomResourceSubresourceStatus:
apiextensions.CustomResourceSubresources: status 1 CustomResourceSubresourceStatus?, scale 2 CustomResourceSubresourceScale?
apiextensions.CustomResourceValidation: openAPIV3Schema 1 JSONSchemaProps?
apiextensions.ExternalDocumentation: description 1 string, url 2 string
apiextensions.JSONSchemaProps: id 1 string, $schema 2 string, $ref 3 string?, description 4 string, type 5 string, format 6 string, title 7 string,
  default 8 Raw?, maximum 9 double?, exclusiveMaximum 10 bool, minimum 11 double?, exclusiveMinimum 12 bool, maxLength 13 int?, minLength 14 int?,
  pattern 15 string, maxItems 16 int?, minItems 17 int?, uniqueItems 18 bool, multipleOf 19 double?, enum 20 Raw[], maxProperties 21 int?,
  minProperties 22 int?, required 23 string[], items 24 SchemaOrArray?, allOf 25 JSONSchemaProps[], oneOf 26 JSONSchemaProps[],
  anyOf 27 JSONSchemaProps[], not 28 JSONSchemaProps?, properties 29 JSONSchemaProps{}, additionalProperties 30 SchemaOrBool?,
  patternProperties 31 JSONSchemaProps{}, dependencies 32 SchemaOrStrings{}, additionalItems 33 SchemaOrBool?, definitions 34 JSONSchemaProps{},
  externalDocs 35 ExternalDocumentation?, example 36 Raw?, nullable 37 bool, x-kubernetes-preserve-unknown-fields 38 bool?,
  x-kubernetes-embedded-resource 39 bool, x-kubernetes-int-or-string 40 bool, x-kubernetes-list-map-keys 41 string[],
  x-kubernetes-list-type 42 string?, x-kubernetes-map-type 43 string?, x-kubernetes-validations 44 ValidationRule[]
apiextensions.SchemaOrArray: schema 1 JSONSchemaProps?, schemas 2 JSONSchemaProps[]
apiextensions.SchemaOrBool: allows 1 bool!, schema 2 JSONSchemaProps?
apiextensions.SchemaOrStrings: schema 1 JSONSchemaProps?, property 2 string[]
apiextensions.SelectableField: jsonPath 1 string
apiextensions.ServiceReference: namespace 1 string, name 2 string, path 3 string?, port 4 int?
apiextensions.ValidationRule: rule 1 string, message 2 string, messageExpression 3 string, reason 4 string?, fieldPath 5 string, optionalOldSelf 6 bool?
apiextensions.WebhookClientConfig: service 1 ServiceReference?, caBundle 2 bytes, url 3 string?
apiextensions.WebhookConversion: clientConfig 2 WebhookClientConfig?, conversionReviewVersions 3 string[]
apiregistration.APIService: metadata 1 meta.ObjectMeta, spec 2 APIServiceSpec, status 3 APIServiceStatus
apiregistration.APIServiceCondition: type 1 string, status 2 string, lastTransitionTime 3 Time, reason 4 string, message 5 string
apiregistration.APIServiceSpec: service 1 ServiceReference?, group 2 string, version 3 string, insecureSkipTLSVerify 4 bool, caBundle 5 bytes,
  groupPriorityMinimum 7 int, versionPriority 8 int
apiregistration.APIServiceStatus: conditions 1 APIServiceCondition[]
apiregistration.ServiceReference: namespace 1 string, name 2 string, port 3 int?
`;
