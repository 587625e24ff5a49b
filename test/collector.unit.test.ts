import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const deploy = fileURLToPath(new URL('../deploy/', import.meta.url));
const read = <T>(name: string) => parse(readFileSync(`${deploy}${name}`, 'utf8'), { merge: true }) as T;

interface Collector {
  readonly receivers: { readonly otlp: { readonly protocols: { readonly http: { readonly endpoint: string } } } };
  readonly processors: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, { readonly endpoint: string }>>;
  readonly service: {
    readonly pipelines: Readonly<Record<string, Readonly<Record<'receivers' | 'processors' | 'exporters', string[]>>>>;
  };
}

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly environment?: Readonly<Record<string, string>>; readonly volumes?: readonly string[] }>
  >;
}

const collector = read<Collector>('otel/collector.yaml');
const { services } = read<Compose>('compose.yaml');

test('every part of the collector is in its pipeline, and every part that the pipeline names is there', () => {
  const { traces, ...others } = collector.service.pipelines;
  expect(Object.keys(others)).toEqual([]);
  for (const kind of ['receivers', 'processors', 'exporters'] as const) {
    expect([kind, new Set(traces?.[kind])]).toEqual([kind, new Set(Object.keys(collector[kind]))]);
  }
});

test('the apps send to the address that the collector listens at, and it sends on to a service that is there', () => {
  const { port } = new URL(`http://${collector.receivers.otlp.protocols.http.endpoint}`);
  for (const app of ['gateway', 'ledger']) {
    expect(services[app]?.environment).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://collector:${port}` });
  }
  for (const { endpoint } of Object.values(collector.exporters)) {
    expect(Object.keys(services)).toContain(new URL(endpoint).hostname);
  }
  expect(services.collector?.volumes).toContain('./otel/collector.yaml:/etc/otelcol/config.yaml:ro');
});
