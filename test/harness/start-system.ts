import { inject } from 'vitest';
import { System, type SystemOptions } from './system.ts';

export const PROFILES = ['postgres', 'distributed'] as const;
export type Profile = (typeof PROFILES)[number];

/** A system on the test run's PostgreSQL, and on its Kafka and a Redis of its own in the distributed profile. */
export function startSystem(
  options: Omit<SystemOptions, 'postgresUrl' | 'kafkaBrokers'> & { readonly profile?: Profile } = {},
): Promise<System> {
  const { profile = 'postgres', ...rest } = options;
  const kafkaBrokers = profile === 'distributed' ? { kafkaBrokers: inject('kafkaBrokers') } : {};
  return System.start({ ...rest, ...kafkaBrokers, postgresUrl: inject('postgresUrl') });
}
