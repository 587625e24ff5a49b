import type { SimAnswer } from './exchange.js';

/** RFC 2822, in GMT. */
export const twilioDate = (atMs: number) => new Date(atMs).toUTCString().replace('GMT', '+0000');

export const twilioFailure = (status: number, code: number, message: string): SimAnswer => ({
  status,
  body: { code, message, more_info: `docs/errors/${code}`, status },
});
