import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface IdentityProvider {
  readonly issuer: string;
  /** Who signs in next, without being asked for anything. */
  person: { readonly id: string; readonly email: string; readonly roles: readonly string[] };
  close(): Promise<void>;
}

export const CLIENT = { id: 'keybrake', secret: 'a-client-secret-of-the-test' };

/** A real OpenID provider that lets `person` in at once. */
export async function startIdentityProvider(redirectUri: () => string): Promise<IdentityProvider> {
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: IdentityProvider = {
    issuer,
    person: { id: 'nobody', email: 'nobody@example.com', roles: [] },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
  const provider = new Provider(issuer, {
    clients: [
      { client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri()], response_types: ['code'] },
    ],
    claims: { openid: ['sub'], email: ['email'], profile: ['roles'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key of the test'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email: running.person.email, roles: [...running.person.roles] }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/let-in/${interaction.uid}` },
  });
  const callback = provider.callback();
  const handle = async (...[request, response]: Parameters<typeof callback>) => {
    if (!request.url?.startsWith('/let-in/')) return callback(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({ accountId: running.person.id, clientId: String(params.client_id) });
    grant.addOIDCScope('openid profile email');
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { login: { accountId: running.person.id }, consent });
  };
  return running;
}
