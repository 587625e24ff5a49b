import { Resend } from 'resend';
import { LISTED, type NodeSdk, PAGE_SIZE } from './cases.ts';

// docs: resend
function resendClient(gatewayUrl: string, vaultKey: string): Resend {
  return new Resend(vaultKey, { baseUrl: `${gatewayUrl}/resend` });
}

function send(resend: Resend, subject: string, idempotencyKey?: string) {
  return resend.emails.send(
    { from: 'a@example.com', to: ['b@example.com'], subject, html: '<p>hi</p>' },
    idempotencyKey === undefined ? {} : { idempotencyKey },
  );
}
// docs end

export const resendNode: NodeSdk = {
  async create(gatewayUrl, vaultKey, marker, idempotencyKey) {
    const { data, error, headers } = await send(resendClient(gatewayUrl, vaultKey), marker, idempotencyKey);
    if (error === null) return { id: data.id, replayed: headers?.['idempotent-replayed'] === 'true' };
    const status = error.statusCode === null ? {} : { status: error.statusCode };
    return { error: { class: error.name, ...status, message: error.message } };
  },
  async newest(gatewayUrl, vaultKey) {
    const resend = resendClient(gatewayUrl, vaultKey);
    const ids: string[] = [];
    while (ids.length < LISTED) {
      const after = ids.at(-1);
      const page = await resend.emails.list({ limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) });
      if (page.error !== null) throw new Error(page.error.message);
      ids.push(...page.data.data.map(({ id }) => id));
    }
    return ids.slice(0, LISTED);
  },
};
