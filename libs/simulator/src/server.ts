import { createServer, type Server } from 'node:http';
import type { ProviderApi, SimulatedProvider } from './exchange.js';
import { RequestHandler } from './request-handler.js';
import { type ResendCredential, resendApi } from './resend.js';
import { stripeApi } from './stripe/api.js';
import { type TwilioCredential, twilioApi } from './twilio.js';
import { Witness } from './witness.js';

export interface SimulatorOptions {
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly witnessFile: string;
  readonly credentials?: {
    readonly stripe: string;
    readonly twilio: TwilioCredential;
    readonly resend: ResendCredential;
  };
  readonly nowMs?: () => number;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Keys that open nothing but a simulator. */
export const SIMULATOR_CREDENTIALS = {
  stripe: 'sk_test_keybrakesimulator',
  twilio: { accountSid: 'AC51513a7e0b4d4c2f9e6a1b8c3d5e7f90', authToken: 'twilio_keybrake_simulator_token' },
  resend: 're_keybrake_simulator',
};

/** Small Stripe, Twilio and Resend behind one port: `/stripe/…`, `/twilio/…`, `/resend/…`, or by the shape of the path. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const witness = await Witness.open(options.witnessFile);
  const credentials = options.credentials ?? SIMULATOR_CREDENTIALS;
  const nowMs = options.nowMs ?? (() => Date.now());
  const apis: Record<SimulatedProvider, ProviderApi> = {
    stripe: stripeApi(credentials.stripe, nowMs),
    twilio: twilioApi(credentials.twilio, nowMs),
    resend: resendApi(credentials.resend, nowMs),
  };
  const handler = new RequestHandler(apis, witness, nowMs);
  const server = createServer((request, response) => void handler.handle(request, response));
  const port = await listen(server, options.port, options.host ?? '127.0.0.1');
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await witness.close();
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the simulator has no port');
  return address.port;
}
