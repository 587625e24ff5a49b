import { randomBytes } from 'node:crypto';
import type { CredentialBinding } from '@keybrake/application';
import type { AccountId, CredentialId, ReservationId } from '@keybrake/domain';
import { expect, test } from 'vitest';
import { EnvelopeCipher, UnreadableSecret, type WrappedKey, type WrappedKeyStore } from './credential-cipher.js';
import { createCredentialCipher, createResponseSeal } from './sealed-records.js';

class KeysInMemory implements WrappedKeyStore {
  readonly rows = new Map<string, WrappedKey>();
  loads = 0;

  async load(accountId: string, first: () => WrappedKey): Promise<readonly WrappedKey[]> {
    this.loads += 1;
    const row = this.rows.get(accountId) ?? first();
    this.rows.set(accountId, row);
    return [row];
  }
}

const MASTER_KEY = randomBytes(32);
const BINDING: CredentialBinding = {
  accountId: 'acct' as AccountId,
  provider: 'stripe',
  credentialId: 'cred_1' as CredentialId,
  version: 1,
};
const CREDENTIAL = { secret: 'sk_live_canary_0123456789', accountSid: 'AC1' };
const RESERVATION = 'rsv_1' as ReservationId;

function setUp(masterKey: Uint8Array = MASTER_KEY, keys = new KeysInMemory()) {
  const envelope = new EnvelopeCipher(masterKey, keys);
  return { keys, credentials: createCredentialCipher(envelope), responses: createResponseSeal(envelope) };
}

test('a credential comes back as it was, and its sealed text shows nothing of it', async () => {
  const { credentials, keys } = setUp();
  const sealed = await credentials.seal(BINDING, CREDENTIAL);
  expect(sealed).toMatch(/^kb1\.1\.[A-Za-z0-9_-]+$/);
  expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain('canary');
  expect(await credentials.open(BINDING, sealed)).toEqual(CREDENTIAL);
  expect(await credentials.seal(BINDING, CREDENTIAL)).not.toBe(sealed);
  expect(await setUp(MASTER_KEY, keys).credentials.open(BINDING, sealed)).toEqual(CREDENTIAL);
});

test.each<[string, Partial<CredentialBinding>]>([
  ['account', { accountId: 'other' as AccountId }],
  ['provider', { provider: 'resend' }],
  ['credential', { credentialId: 'cred_2' as CredentialId }],
  ['version', { version: 2 }],
])('a credential moved to another %s does not open', async (_, other) => {
  const { credentials } = setUp();
  const sealed = await credentials.seal(BINDING, CREDENTIAL);
  await expect(credentials.open({ ...BINDING, ...other }, sealed)).rejects.toThrow(UnreadableSecret);
});

test('a text with any byte changed does not open', async () => {
  const { credentials } = setUp();
  const [format, generation, text = ''] = (await credentials.seal(BINDING, CREDENTIAL)).split('.');
  const bytes = Buffer.from(text, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const edited = Buffer.from(bytes);
    edited[index] = (edited[index] ?? 0) ^ 1;
    const opening = credentials.open(BINDING, `${format}.${generation}.${edited.toString('base64url')}`);
    await expect(opening).rejects.toThrow('was altered, or belongs to another row');
  }
  await expect(credentials.open(BINDING, `${format}.${generation}.AAAA`)).rejects.toThrow(UnreadableSecret);
  await expect(credentials.open(BINDING, `kb9.${generation}.${text}`)).rejects.toThrow('unknown format');
  await expect(credentials.open(BINDING, `${format}.2.${text}`)).rejects.toThrow('not on record');
});

test('an answer opens for its reservation only, and never as a credential', async () => {
  const { credentials, responses } = setUp();
  const bytes = new Uint8Array([0, 255, 1, 254]);
  const sealed = await responses.seal(BINDING.accountId, RESERVATION, bytes);
  expect(new Uint8Array(await responses.open(BINDING.accountId, RESERVATION, sealed))).toEqual(bytes);
  const elsewhere = responses.open(BINDING.accountId, 'rsv_2' as ReservationId, sealed);
  await expect(elsewhere).rejects.toThrow(UnreadableSecret);
  await expect(credentials.open(BINDING, sealed)).rejects.toThrow(UnreadableSecret);
});

test('a data key is unwrapped once, also by many at once; one that failed is tried again', async () => {
  const { keys, responses } = setUp();
  const load = keys.load.bind(keys);
  keys.load = async () => Promise.reject(new Error('no database'));
  await expect(responses.seal(BINDING.accountId, RESERVATION, new Uint8Array())).rejects.toThrow('no database');
  keys.load = load;
  const seals = Array.from({ length: 50 }, () => responses.seal(BINDING.accountId, RESERVATION, new Uint8Array(8)));
  await Promise.all(seals);
  expect(keys.loads).toBe(1);
});

test('another master key, and a data key moved between accounts, are told apart from damage', async () => {
  const { keys, credentials } = setUp();
  const sealed = await credentials.seal(BINDING, CREDENTIAL);
  const stranger = setUp(randomBytes(32), keys);
  await expect(stranger.credentials.open(BINDING, sealed)).rejects.toThrow('start with the master key');
  keys.rows.set('other', keys.rows.get('acct') as WrappedKey);
  const swapped = setUp(MASTER_KEY, keys).credentials.seal({ ...BINDING, accountId: 'other' as AccountId }, CREDENTIAL);
  await expect(swapped).rejects.toThrow('belongs to another account');
  expect(() => setUp(randomBytes(16))).toThrow('32 bytes');
});

test('data keys wrapped with another master key that is named are opened, and wrapped with the present one', async () => {
  const { credentials, keys } = setUp();
  const sealed = await credentials.seal(BINDING, CREDENTIAL);
  const newKey = randomBytes(32);
  const row = keys.rows.get('acct') as WrappedKey;
  const knowsBoth = new EnvelopeCipher(newKey, keys, [MASTER_KEY]);
  expect(await createCredentialCipher(knowsBoth).open(BINDING, sealed)).toEqual(CREDENTIAL);
  const anew = knowsBoth.rewrapped('acct', row) as WrappedKey;
  expect(anew.masterKeyId).not.toBe(row.masterKeyId);
  expect(knowsBoth.rewrapped('acct', anew)).toBeUndefined();
  keys.rows.set('acct', anew);
  expect(await setUp(newKey, keys).credentials.open(BINDING, sealed)).toEqual(CREDENTIAL);
  await expect(setUp(MASTER_KEY, keys).credentials.open(BINDING, sealed)).rejects.toThrow('KEYBRAKE_KEKS_OTHER');
  expect(() => new EnvelopeCipher(randomBytes(32), keys).rewrapped('acct', anew)).toThrow(UnreadableSecret);
});
