import { SIMULATOR_CREDENTIALS } from '@keybrake/simulator';
import { executedMarkers } from './calls.ts';
import type { System } from './system.ts';

/** What Twilio charges for the messages of these texts in the end, in micros; undefined while it tells no price for one. */
export async function chargedMicros(system: System, markers: readonly string[]): Promise<bigint | undefined> {
  const entries = (await system.witness('twilio')).filter(({ executed, marker }) => executed && marker !== null);
  let sum = 0n;
  for (const { marker, objectId } of entries) {
    if (!markers.includes(marker ?? '')) continue;
    const { price } = await messageAt(system.simulatorUrl, objectId ?? '');
    if (price === null) return undefined;
    sum += BigInt(Math.round(-Number(price) * 1_000_000));
  }
  return executedMarkers(entries).some((marker) => markers.includes(marker)) ? sum : 0n;
}

/** A message as the provider itself shows it. */
async function messageAt(simulatorUrl: string, sid: string): Promise<{ readonly price: string | null }> {
  const { accountSid, authToken } = SIMULATOR_CREDENTIALS.twilio;
  const response = await fetch(`${simulatorUrl}/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`, {
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
  });
  return (await response.json()) as { price: string | null };
}
