import { startKafka } from '@keybrake/testing/kafka-process';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    kafkaBrokers: string;
  }
}

/** One real broker for the run; each system under test has topics of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.KAFKA_BROKERS_TEST;
  if (given !== undefined) {
    project.provide('kafkaBrokers', given);
    return () => Promise.resolve();
  }
  const broker = await startKafka();
  project.provide('kafkaBrokers', broker.brokers);
  return () => broker.remove();
}
