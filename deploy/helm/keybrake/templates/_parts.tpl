{{/* What every pod of an app has in common: call with (dict "root" $ "app" "gateway" "entry" "apps/…"). */}}
{{- define "keybrake.labels" -}}
app.kubernetes.io/name: keybrake
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .app }}
{{- end }}

{{- define "keybrake.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Call with (dict "root" $ "secret" "…"): the app's own secret, or empty for the one that all share. */}}
{{- define "keybrake.environment" -}}
envFrom:
  - configMapRef: { name: {{ .root.Release.Name }}-config }
  - secretRef: { name: {{ .secret | default .root.Values.secretName }} }
{{- end }}

{{- define "keybrake.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "keybrake.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* With a certificate every port is HTTPS. */}}
{{- define "keybrake.scheme" -}}
{{ if .root.Values.tls.secretName }}HTTPS{{ else }}HTTP{{ end }}
{{- end }}

{{/* Alive as long as it answers; ready while what it needs is there. */}}
{{- define "keybrake.probes" -}}
livenessProbe:
  httpGet: { path: /livez, port: http, scheme: {{ include "keybrake.scheme" . }} }
  periodSeconds: 10
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /readyz, port: http, scheme: {{ include "keybrake.scheme" . }} }
  periodSeconds: 2
  timeoutSeconds: 2
startupProbe:
  httpGet: { path: /livez, port: http, scheme: {{ include "keybrake.scheme" . }} }
  periodSeconds: 2
  failureThreshold: 60
{{- end }}

{{/* Apart from each other, over nodes first and zones where there are some. */}}
{{- define "keybrake.spread" -}}
{{- range tuple "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "keybrake.labels" $ | nindent 6 }}
{{- end }}
{{- end }}

{{- define "keybrake.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .root.Release.Name }}-{{ .app }}
  labels: {{- include "keybrake.labels" . | nindent 4 }}
spec:
  {{- if not .autoscaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  selector:
    matchLabels: {{- include "keybrake.labels" . | nindent 6 }}
  strategy:
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  template:
    metadata:
      labels: {{- include "keybrake.labels" . | nindent 8 }}
      annotations:
        checksum/config: {{ toJson .root.Values.config | sha256sum }}
        prometheus.io/scrape: "true"
        prometheus.io/port: {{ .port | quote }}
        prometheus.io/scheme: {{ include "keybrake.scheme" . | lower }}
    spec:
      serviceAccountName: default
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: {{ .graceSeconds }}
      securityContext: {{- include "keybrake.podSecurity" . | nindent 8 }}
      topologySpreadConstraints: {{- include "keybrake.spread" . | nindent 8 }}
      containers:
        - name: {{ .app }}
          image: {{ include "keybrake.image" .root }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: [{{ .entry }}]
          ports: [{ name: http, containerPort: {{ .port }} }]
          {{- include "keybrake.environment" . | nindent 10 }}
          {{- if .root.Values.tls.secretName }}
          env:
            - { name: KEYBRAKE_TLS_CERT_FILE, value: /etc/keybrake/tls/tls.crt }
            - { name: KEYBRAKE_TLS_KEY_FILE, value: /etc/keybrake/tls/tls.key }
          {{- end }}
          {{- include "keybrake.probes" . | nindent 10 }}
          resources: {{- toYaml .values.resources | nindent 12 }}
          securityContext: {{- include "keybrake.containerSecurity" . | nindent 12 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
            {{- if .root.Values.tls.secretName }}
            - { name: tls, mountPath: /etc/keybrake/tls, readOnly: true }
            {{- end }}
      volumes:
        - { name: tmp, emptyDir: {} }
        {{- if .root.Values.tls.secretName }}
        - { name: tls, secret: { secretName: {{ .root.Values.tls.secretName }}, defaultMode: 0440 } }
        {{- end }}
{{- end }}

{{- define "keybrake.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .root.Release.Name }}-{{ .app }}
  labels: {{- include "keybrake.labels" . | nindent 4 }}
spec:
  selector: {{- include "keybrake.labels" . | nindent 4 }}
  ports: [{ name: http, port: {{ .port }}, targetPort: http }]
{{- end }}

{{/* A drain of nodes takes one at a time. */}}
{{- define "keybrake.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .root.Release.Name }}-{{ .app }}
  labels: {{- include "keybrake.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "keybrake.labels" . | nindent 6 }}
{{- end }}
