import { type Person, TOKEN_ROLES, type TokenRole } from '@keybrake/application';
import type { OidcSettings } from '@keybrake/platform';
import * as oidc from 'openid-client';

/** What the browser brings back, so that an answer of the identity provider is used by who asked for it, once. */
export interface Handshake {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Why a sign-in came to nothing: `no_role`: vouched for, but for nothing here. */
export type OidcRefusal = 'identity_provider' | 'no_role';

const TIMEOUT_SECONDS = 10;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
export const CALLBACK_PATH = '/v1/sessions/oidc/callback';

/** Sign-in by OpenID Connect: code flow with PKCE, state and nonce; roles from a claim of the id token. */
export class OidcSignIn {
  readonly #settings: OidcSettings;
  #configuration: Promise<oidc.Configuration> | undefined;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  get name(): string {
    return new URL(this.#settings.issuer).host;
  }

  /** Where the browser goes. Throws what the way to the identity provider fails with. */
  async start(publicUrl: string): Promise<{ readonly url: string; readonly handshake: Handshake }> {
    const handshake = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    };
    const url = oidc.buildAuthorizationUrl(await this.#discovered(), {
      redirect_uri: `${publicUrl}${CALLBACK_PATH}`,
      scope: this.#settings.scopes,
      state: handshake.state,
      nonce: handshake.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(handshake.codeVerifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, handshake };
  }

  /** `callback`: the address that the browser came back to, with its query. Throws when an answer is not what was asked for. */
  async finish(callback: URL, { state, nonce, codeVerifier }: Handshake): Promise<Person | OidcRefusal> {
    const tokens = await oidc.authorizationCodeGrant(await this.#discovered(), callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) return 'identity_provider';
    const role = roleOf(claims[this.#settings.roleClaim], this.#settings.roles);
    if (role === undefined) return 'no_role';
    const subject = typeof claims.email === 'string' ? claims.email : claims.sub;
    return { accountId: this.#settings.accountId, subject: subject.slice(0, 200), role };
  }

  // Found at the first sign-in: an identity provider that is away is no reason not to start.
  #discovered(): Promise<oidc.Configuration> {
    if (this.#configuration === undefined) {
      const found = discover(this.#settings);
      this.#configuration = found;
      found.catch(() => {
        this.#configuration = undefined;
      });
    }
    return this.#configuration;
  }
}

function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<oidc.Configuration> {
  const server = new URL(issuer);
  const execute = LOOPBACK.has(server.hostname) ? [oidc.allowInsecureRequests] : [];
  return oidc.discovery(server, clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_SECONDS });
}

/** The highest role that one of the claim's values is mapped to; `*` is anybody. */
export function roleOf(claim: unknown, roles: ReadonlyMap<string, TokenRole>): TokenRole | undefined {
  const values = Array.isArray(claim) ? claim : [claim];
  const granted = [...values, '*'].flatMap((value) => (typeof value === 'string' ? (roles.get(value) ?? []) : []));
  return TOKEN_ROLES.findLast((role) => granted.includes(role));
}
