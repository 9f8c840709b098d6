{{- /* The release's name, or it with the chart's where that is not in it yet. */ -}}
{{- define "es-steward.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "es-steward.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "es-steward.labels" -}}
{{- include "es-steward.labelsAnd" (list . dict) -}}
{{- end -}}

{{- /*
Of a list with the context and more labels: all labels of an object. As one map, since a label that is named twice would be
a key that stands twice; the more special wins, but for the two that selectors go by.
*/ -}}
{{- define "es-steward.labelsAnd" -}}
{{- $context := index . 0 -}}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" $context.Chart.Name $context.Chart.Version | replace "+" "_")
  "app.kubernetes.io/version" $context.Chart.AppVersion
  "app.kubernetes.io/component" "operator"
  "app.kubernetes.io/part-of" "es-steward"
  "app.kubernetes.io/managed-by" $context.Release.Service -}}
{{- $selected := include "es-steward.selectorLabels" $context | fromYaml -}}
{{- $labels := dict -}}
{{- range $some := list $own $context.Values.commonLabels (index . 1) $selected -}}
{{- range $key, $value := $some -}}
{{- $_ := set $labels $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $labels -}}
{{- end -}}

{{- /* "true" while the value `paused` stops the operator, or one that was given before and is not given now; else
"false". A switch of before the chart had a key of its own is taken over: what a chart of then wrote would go with it. */ -}}
{{- define "es-steward.pausedByChart" -}}
{{- if kindIs "bool" .Values.paused -}}
{{- .Values.paused -}}
{{- else -}}
{{- $switch := lookup "v1" "ConfigMap" .Release.Namespace "es-steward" -}}
{{- dig "data" "pausedByChart" (dig "data" "paused" "false" $switch) $switch -}}
{{- end -}}
{{- end -}}

{{- define "es-steward.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "es-steward.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed with serviceAccount.create=false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "es-steward.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default .Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* "true" when all namespaces are watched, else empty. */ -}}
{{- define "es-steward.watchesAll" -}}
{{- if has "*" .Values.watchNamespaces -}}
{{- if gt (len .Values.watchNamespaces) 1 -}}
{{- fail "watchNamespaces: \"*\" means all namespaces and stands alone" -}}
{{- end -}}
true
{{- end -}}
{{- end -}}

{{- /* The namespaces that are watched, as a YAML list; empty when all are. */ -}}
{{- define "es-steward.watched" -}}
{{- if not (include "es-steward.watchesAll" .) -}}
{{- toYaml (default (list .Release.Namespace) .Values.watchNamespaces | uniq) -}}
{{- end -}}
{{- end -}}
