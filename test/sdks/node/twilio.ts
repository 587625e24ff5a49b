import twilio from 'twilio';
import { LISTED, type NodeSdk, PAGE_SIZE } from './cases.ts';

type Options = ConstructorParameters<typeof twilio.RequestClient>[0];

// docs: twilio
/** twilio-node has no idempotency keys of its own; Keybrake takes them as a header. */
class KeybrakeRequestClient extends twilio.RequestClient {
  idempotencyKey: string | undefined;

  override request<T>(options: Parameters<typeof twilio.RequestClient.prototype.request<T>>[0]) {
    if (options.method !== 'post' || this.idempotencyKey === undefined) return super.request<T>(options);
    return super.request<T>({ ...options, headers: { ...options.headers, 'Idempotency-Key': this.idempotencyKey } });
  }
}

/** Cheap to make: make one for each idempotency key. Keybrake puts the real account SID in. */
function twilioClient(gatewayUrl: string, vaultKey: string, idempotencyKey?: string, options?: Options) {
  const httpClient = new KeybrakeRequestClient(options);
  httpClient.idempotencyKey = idempotencyKey;
  const client = twilio('AC00000000000000000000000000000000', vaultKey, { httpClient });
  client.api.baseUrl = `${gatewayUrl}/twilio`;
  return client;
}
// docs end

interface RestException extends Error {
  readonly status: number;
}

const twilioWith = (options?: Options): NodeSdk => ({
  async create(gatewayUrl, vaultKey, body, idempotencyKey) {
    const client = twilioClient(gatewayUrl, vaultKey, idempotencyKey, options);
    try {
      const { sid } = await client.messages.create({ to: '+15005550010', from: '+15005550006', body });
      return { id: sid };
    } catch (error) {
      const failure = error as RestException;
      return { error: { class: failure.constructor.name, status: failure.status, message: failure.message } };
    }
  },
  async newest(gatewayUrl, vaultKey) {
    const client = twilioClient(gatewayUrl, vaultKey);
    const messages = await client.messages.list({ limit: LISTED, pageSize: PAGE_SIZE });
    return messages.map(({ sid }) => sid);
  },
});

export const twilioNode = twilioWith();
/** Repeats what is answered with 429. */
export const twilioNodeWithAutoRetry = twilioWith({ autoRetry: true });
