import { inject } from 'vitest';
import { System, type SystemOptions } from './system.ts';

/** A system on the test run's PostgreSQL. */
export function startSystem(options: Omit<SystemOptions, 'postgresUrl'> = {}): Promise<System> {
  return System.start({ ...options, postgresUrl: inject('postgresUrl') });
}
