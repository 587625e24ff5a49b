// npm run prices -- US GB DE > prices.json: Twilio's own prices, as a price list for KEYBRAKE_PRICES_FILE.
// Reads KEYBRAKE_TWILIO_ACCOUNT_SID and KEYBRAKE_TWILIO_AUTH_TOKEN. What the pricing API does not tell is added:
// --carrier-fee-micros (default 6200, the highest of the US carriers) and --mms-micros (default 22000).
import { parseArgs } from 'node:util';
import { twilioSection } from './price-list.ts';
import type { CountryAnswers, MessagingCountry, VoiceCountry } from './twilio-answers.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'carrier-fee-micros': { type: 'string', default: '6200' },
    'mms-micros': { type: 'string', default: '22000' },
    origin: { type: 'string', default: 'https://pricing.twilio.com' },
  },
});
const { KEYBRAKE_TWILIO_ACCOUNT_SID: accountSid, KEYBRAKE_TWILIO_AUTH_TOKEN: authToken } = process.env;

function stop(why: string): never {
  console.error(why);
  process.exit(1);
}

async function read<T>(path: string): Promise<T> {
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const response = await fetch(`${values.origin}${path}`, { headers: { authorization } });
  if (!response.ok)
    stop(`${values.origin}${path} answered ${response.status}: check the country code and the account.`);
  return (await response.json()) as T;
}

async function country(iso: string): Promise<CountryAnswers> {
  const messaging = await read<MessagingCountry>(`/v1/Messaging/Countries/${iso}`);
  return { iso, messaging, voice: await read<VoiceCountry>(`/v1/Voice/Countries/${iso}`) };
}

if (positionals.length === 0 || !positionals.every((iso) => /^[A-Z]{2}$/.test(iso))) {
  stop('Name the countries that calls and messages may go to by their ISO codes: npm run prices -- US GB DE');
}
if (accountSid === undefined || authToken === undefined) {
  stop('KEYBRAKE_TWILIO_ACCOUNT_SID and KEYBRAKE_TWILIO_AUTH_TOKEN are needed: prices are those of your account.');
}
const countries = await Promise.all(positionals.map(country));
const additions = {
  carrierFeeMicros: BigInt(values['carrier-fee-micros']),
  mmsMicros: BigInt(values['mms-micros']),
};
console.log(JSON.stringify({ twilio: twilioSection(countries, additions) }, null, 2));
