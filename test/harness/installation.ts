import { randomBytes } from 'node:crypto';

/** Settings of a system of its own: its database, secrets made for it, and the simulator for every provider. */
export function installationOf(databaseUrl: string, simulatorUrl: string) {
  return {
    DATABASE_URL: databaseUrl,
    KEYBRAKE_PEPPER: randomBytes(32).toString('base64'),
    KEYBRAKE_KEK: randomBytes(32).toString('base64'),
    KEYBRAKE_STRIPE_ORIGIN: simulatorUrl,
    KEYBRAKE_TWILIO_ORIGIN: simulatorUrl,
    KEYBRAKE_RESEND_ORIGIN: simulatorUrl,
    KEYBRAKE_LOG_LEVEL: 'debug',
    KEYBRAKE_DRAIN_DELAY_MS: '0',
  };
}
