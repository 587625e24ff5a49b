import { unpriced } from '../amount.js';
import { type Catalogue, type OperationRules, operationsOf } from '../operation-list.js';
import type { Operation } from '../provider.js';
import list from './operations.json' with { type: 'json' };
import { batchPrice, emailPrice } from './prices.js';

const rules: Readonly<Record<string, OperationRules>> = {
  'POST /emails': { direction: 'out', price: emailPrice },
  'POST /emails/batch': { direction: 'out', price: batchPrice },
  'POST /inboxes/{idOrEmail}/threads/{threadId}/emails/{emailId}/forward': { direction: 'out', price: emailPrice },
};

// Ids are UUIDs; a lower-case word in the place of one is another resource.
const MADE_ID = /[0-9A-Z]/;

const catalogue: Catalogue = {
  list,
  writes: ({ method }) => (method === 'DELETE' ? { idPattern: MADE_ID } : { body: 'json', idPattern: MADE_ID }),
  rules: new Map(Object.entries(rules)),
  unpriced: {
    direction: 'out',
    price: () => unpriced('how many emails it sends is not in the request.', 'out'),
  },
};

/** The operations of Resend's API: resend.com/docs/api-reference. */
export const resendOperations: readonly Operation[] = operationsOf(catalogue);
