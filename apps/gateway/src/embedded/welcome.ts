import type { BuiltInProviderId } from '@keybrake/domain';
import type { DemoFile } from './demo-file.js';

export interface Welcome {
  readonly demo: DemoFile;
  readonly simulated: readonly BuiltInProviderId[];
  /** Shown as the person would type it. */
  readonly dataDir: string;
  readonly logFile: string;
  readonly database: string;
  readonly tookMs: number;
}

/** What runs where, and two things to try that work as they stand. */
export function welcomeText({ demo, simulated, dataDir, logFile, database, tookMs }: Welcome): string {
  const { gatewayUrl, adminUrl, simulatorUrl } = demo;
  const { vaultKey } = demo.providers.stripe;
  const { hostname, port } = new URL(gatewayUrl);
  const upstream = (id: BuiltInProviderId) => `${id} → ${simulated.includes(id) ? 'simulator' : 'the real one'}`;
  return `
Keybrake runs (ready after ${(tookMs / 1_000).toFixed(1)} s). Ctrl-C stops it.

  gateway     ${gatewayUrl}     agents call this
  dashboard   ${adminUrl}     token in ${dataDir}/demo.json; the API's documents at /docs
  simulator   ${simulatorUrl}     ${(['stripe', 'twilio', 'resend'] as const).map(upstream).join(', ')}
  database    ${database}
  log         ${logFile}

A charge of $20.00. The second time, the same bytes come back and nobody is charged:

  curl -i ${gatewayUrl}/v1/charges -u ${vaultKey}: \\
    -H 'Idempotency-Key: order-1001' -d amount=2000 -d currency=usd -d source=tok_visa

The same with Stripe's SDK:

  import Stripe from 'stripe';
  const stripe = new Stripe('${vaultKey}',
    { host: '${hostname}', port: ${port}, protocol: 'http' });
  const order = { amount: 2000, currency: 'usd', source: 'tok_visa' };
  console.log(await stripe.charges.create(order, { idempotencyKey: 'order-1001' }));

What goes wrong without it, told with the SDK (in another terminal): npm run demo
`;
}
