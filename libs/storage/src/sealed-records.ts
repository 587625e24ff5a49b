import type { CredentialBinding, CredentialCipher, ResponseSeal, WebhookSeal } from '@keybrake/application';
import type { AccountId, ReservationId } from '@keybrake/domain';
import { type Binding, type EnvelopeCipher, UnreadableSecret } from './credential-cipher.js';

type ProviderCredential = Awaited<ReturnType<CredentialCipher['open']>>;

/** Real provider keys, bound to account, provider, credential and version. */
export function createCredentialCipher(envelope: EnvelopeCipher): CredentialCipher {
  const bind = ({ provider, credentialId, version }: CredentialBinding): Binding => [
    'credential',
    provider,
    credentialId,
    version,
  ];
  return {
    seal: (binding, credential) =>
      envelope.seal(binding.accountId, bind(binding), Buffer.from(JSON.stringify(credential), 'utf8')),
    open: async (binding, sealed) =>
      credentialOf(JSON.parse((await envelope.open(binding.accountId, bind(binding), sealed)).toString('utf8'))),
  };
}

function credentialOf(opened: Partial<ProviderCredential>): ProviderCredential {
  const { secret, accountSid } = opened;
  if (typeof secret !== 'string') throw new UnreadableSecret('a sealed credential holds no secret');
  return accountSid === undefined ? { secret } : { secret, accountSid };
}

/** Answers of providers and requests to them, bound to account and reservation. */
export function createResponseSeal(envelope: EnvelopeCipher): ResponseSeal {
  const seal = (purpose: string) => (accountId: AccountId, reservationId: ReservationId, plain: Uint8Array) =>
    envelope.seal(accountId, [purpose, reservationId], plain);
  const open = (purpose: string) => (accountId: AccountId, reservationId: ReservationId, sealed: string) =>
    envelope.open(accountId, [purpose, reservationId], sealed);
  return {
    seal: seal('response'),
    open: open('response'),
    sealRequest: seal('request'),
    openRequest: open('request'),
  };
}

/** Secrets that sign, bound to account and webhook. */
export function createWebhookSeal(envelope: EnvelopeCipher): WebhookSeal {
  return {
    seal: (accountId, webhookId, secret) =>
      envelope.seal(accountId, ['webhook', webhookId], Buffer.from(secret, 'utf8')),
    open: async (accountId, webhookId, sealed) =>
      (await envelope.open(accountId, ['webhook', webhookId], sealed)).toString('utf8'),
  };
}
