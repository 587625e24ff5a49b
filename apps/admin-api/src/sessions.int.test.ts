import type { TokenRole } from '@keybrake/application';
import type { AccountId } from '@keybrake/domain';
import { freePort } from '@keybrake/platform';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AdminApiUnderTest, openAdminApi } from './admin-api.fixture.js';
import { OidcSignIn } from './auth/oidc-sign-in.js';
import { CLIENT, type IdentityProvider, startIdentityProvider } from './identity-provider.fixture.js';

let api: AdminApiUnderTest;
let identityProvider: IdentityProvider;

beforeAll(async () => {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  identityProvider = await startIdentityProvider(() => `${publicUrl}/v1/sessions/oidc/callback`);
  const roles = new Map<string, TokenRole>([
    ['keybrake-admins', 'admin'],
    ['staff', 'viewer'],
  ]);
  const oidc = new OidcSignIn({
    issuer: identityProvider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    scopes: 'openid profile email',
    roleClaim: 'roles',
    roles,
    accountId: 'default' as AccountId,
  });
  api = await openAdminApi(inject('postgresUrl'), { signIn: { publicUrl, oidc, failuresPerMinuteMax: 20 }, port });
});
afterAll(async () => {
  await api.close();
  await identityProvider.close();
});

const json = { 'content-type': 'application/json' };
const ownPage = { 'sec-fetch-site': 'same-origin' };

/** A browser's cookies, by origin, path and all that left out: enough for two servers. */
class Cookies {
  readonly #values = new Map<string, string>();

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const mine = [...this.#values].filter(([name]) => name.startsWith(`${origin} `));
    const cookie = mine.map(([name, value]) => `${name.slice(origin.length + 1)}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.#values.delete(`${origin} ${name}`);
      else this.#values.set(`${origin} ${name}`, value);
    }
    return response;
  }

  /** Follows redirects from server to server; the address of the first answer that is none. */
  async follow(url: string): Promise<string> {
    const { headers } = await this.fetch(url);
    const location = headers.get('location');
    return location === null ? url : this.follow(new URL(location, url).href);
  }
}

const signIn = (cookies: Cookies, role: TokenRole) =>
  cookies.fetch(`${api.url}/v1/sessions`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ token: api.tokens.get(role) }),
  });
const current = (cookies: Cookies) => cookies.fetch(`${api.url}/v1/sessions/current`);

describe('with a token', () => {
  test('a session has the role of its token, and ends with sign-out', async () => {
    const cookies = new Cookies();
    const opened = await signIn(cookies, 'operator');
    expect(opened.status).toBe(201);
    const [cookie = ''] = opened.headers.getSetCookie();
    expect(cookie).toMatch(/^keybrake_session=kbs_[a-z0-9]{16}_[A-Za-z0-9_-]{43}; .*HttpOnly; SameSite=Strict$/);
    expect(await opened.json()).toMatchObject({ accountId: 'default', role: 'operator', name: 'operator' });
    expect((await current(cookies)).status).toBe(200);
    const tokens = await cookies.fetch(`${api.url}/v1/tokens`);
    expect([tokens.status, ((await tokens.json()) as { code: string }).code]).toEqual([403, 'role_too_low']);
    const kept = cookie.slice(0, cookie.indexOf(';'));
    const ended = await cookies.fetch(`${api.url}/v1/sessions/current`, { method: 'DELETE', headers: ownPage });
    expect(ended.status).toBe(204);
    const again = await fetch(`${api.url}/v1/sessions/current`, { headers: { cookie: kept } });
    expect(again.status).toBe(401);
  });

  test('it ends with its token', async () => {
    const cookies = new Cookies();
    await signIn(cookies, 'viewer');
    const admin = { ...json, authorization: `Bearer ${api.tokens.get('admin')}` };
    const list = (await (await fetch(`${api.url}/v1/tokens?limit=100`, { headers: admin })).json()) as {
      data: { id: string; name: string }[];
    };
    const viewer = list.data.find(({ name }) => name === 'viewer');
    expect((await current(cookies)).status).toBe(200);
    await fetch(`${api.url}/v1/tokens/${viewer?.id}/revoke`, { method: 'POST', headers: admin });
    expect((await current(cookies)).status).toBe(401);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this machine', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
    ['an old browser on another page', { origin: 'http://evil.example' }],
    ['no page at all', {}],
  ])('a change from %s is refused', async (_name, headers) => {
    const cookies = new Cookies();
    await signIn(cookies, 'admin');
    const body = JSON.stringify({ name: 'x', role: 'admin' });
    const answer = await cookies.fetch(`${api.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...json, ...headers } as Record<string, string>,
      body,
    });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'cross_origin']);
  });

  test('wrong tokens are slowed down, a right one is not', async () => {
    const wrong = JSON.stringify({ token: `kbt_${'a'.repeat(16)}_${'b'.repeat(43)}` });
    const statuses: number[] = [];
    for (let tries = 0; tries < 22; tries += 1) {
      statuses.push((await fetch(`${api.url}/v1/sessions`, { method: 'POST', headers: json, body: wrong })).status);
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
    expect((await signIn(new Cookies(), 'operator')).status).toBe(201);
  });
});

describe('with an identity provider', () => {
  test('its roles decide', async () => {
    identityProvider.person = { id: 'p1', email: 'ada@example.com', roles: ['staff', 'keybrake-admins'] };
    const methods = (await (await fetch(`${api.url}/v1/sessions/methods`)).json()) as { oidc: { startUrl: string } };
    const cookies = new Cookies();
    expect(await cookies.follow(`${api.url}${methods.oidc.startUrl}`)).toBe(`${api.url}/`);
    expect(await (await current(cookies)).json()).toMatchObject({ role: 'admin', name: 'ada@example.com' });
    const made = await cookies.fetch(`${api.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...json, ...ownPage },
      body: JSON.stringify({ name: 'by a person', role: 'viewer' }),
    });
    expect(made.status).toBe(201);
    const { rows } = await api.pool.query(
      `select o.actor from governance.governance_outbox o where o.action = 'token.issued' order by o.position desc limit 1`,
    );
    expect(rows).toEqual([{ actor: 'person:ada@example.com' }]);
  });

  test('who has no role here is told so, and gets no session', async () => {
    identityProvider.person = { id: 'p2', email: 'eve@example.com', roles: ['guests'] };
    const cookies = new Cookies();
    const end = await cookies.follow(`${api.url}/v1/sessions/oidc`);
    expect(end).toBe(`${api.url}/sign-in?problem=no_role`);
    expect((await current(cookies)).status).toBe(401);
  });

  test('an answer that this browser did not ask for signs nobody in', async () => {
    identityProvider.person = { id: 'p1', email: 'ada@example.com', roles: ['keybrake-admins'] };
    const asking = new Cookies();
    const start = await asking.fetch(`${api.url}/v1/sessions/oidc`);
    let url = start.headers.get('location') as string;
    while (!url.startsWith(api.url)) {
      url = new URL((await asking.fetch(url)).headers.get('location') as string, url).href;
    }
    const other = new Cookies();
    expect(await other.follow(url)).toBe(`${api.url}/sign-in?problem=identity_provider`);
    expect((await current(other)).status).toBe(401);
    expect(await asking.follow(url)).toBe(`${api.url}/`);
  });
});
