import type { Attributes, Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Label names and values. Few values each: never a run id or reservation, and a vault key only where its number is bounded. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(count: number, labels?: Labels): void;
}

export interface Histogram {
  record(value: number, labels?: Labels): void;
}

export interface Sample {
  readonly value: number;
  readonly labels?: Labels;
}

/** Instruments of one app. Names as Prometheus has them: `keybrake_…`, the unit last, `_total` on counters. */
export interface Metrics {
  counter(name: `keybrake_${string}_total`, help: string): Counter;
  /** `bounds` are the upper ends of its buckets, in the unit of the name. */
  histogram(name: `keybrake_${string}`, help: string, bounds: readonly number[]): Histogram;
  /** Read at each scrape. */
  gauge(name: string, help: string, read: () => readonly Sample[] | Promise<readonly Sample[]>): void;
  /** As `gauge`, of a sum that only grows; the name ends in `_total`. */
  sum(name: `${string}_total`, help: string, read: () => readonly Sample[]): void;
  /** The text that Prometheus scrapes. */
  text(): Promise<string>;
  close(): Promise<void>;
}

/** Buckets for what Keybrake adds to a call: 0.5 ms to 5 s. */
export const LATENCY_BOUNDS_SECONDS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
];

/** `seriesMax` by instrument, where they are more than the usual 2,000; what is beyond is counted together, without labels. */
export function createMetrics(app: string, seriesMax: Readonly<Record<string, number>> = {}): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const views = Object.entries(seriesMax).map(([instrumentName, aggregationCardinalityLimit]) => ({
    instrumentName,
    aggregationCardinalityLimit,
  }));
  const provider = new MeterProvider({ readers: [exporter], resource: emptyResource(), views });
  const serializer = new PrometheusSerializer('', false, undefined, true, true);
  const meter = provider.getMeter(app);
  return {
    counter: (name, description) => meter.createCounter(name, { description }),
    histogram: (name, description, bounds) =>
      meter.createHistogram(name, { description, advice: { explicitBucketBoundaries: [...bounds] } }),
    gauge: (name, description, read) => observe(meter.createObservableGauge(name, { description }), read),
    sum: (name, description, read) => observe(meter.createObservableCounter(name, { description }), read),
    text: async () => {
      const { resourceMetrics, errors } = await exporter.collect();
      // A gauge that can't be read must not hide the others.
      const failed = errors.map((error) => `# a metric could not be read: ${String(error).split('\n', 1)[0]}\n`);
      return failed.join('') + serializer.serialize(resourceMetrics);
    },
    close: () => provider.shutdown(),
  };
}

type Observable = ReturnType<Meter['createObservableGauge']>;

function observe(instrument: Observable, read: () => readonly Sample[] | Promise<readonly Sample[]>): void {
  instrument.addCallback(async (result) => {
    for (const { value, labels } of await read()) result.observe(value, labels as Attributes | undefined);
  });
}
