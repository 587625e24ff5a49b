import { unpriced } from '../amount.js';
import { type Catalogue, type OperationRules, operationsOf } from '../operation-list.js';
import type { Operation } from '../provider.js';
import { callPrice, callUpdatePrice, limitCallTime } from './call-prices.js';
import list from './operations.json' with { type: 'json' };
import { messagePrice, messageUpdatePrice } from './prices.js';

const ACCOUNT = '/2010-04-01/Accounts/{AccountSid}';

/** Prices are null in the answers until a message or call has ended, so the reserved amount stands. */
const rules: Readonly<Record<string, OperationRules>> = {
  [`POST ${ACCOUNT}/Messages.json`]: {
    direction: 'out',
    price: messagePrice,
    body: 'form',
    repeatable: ['MediaUrl', 'PersistentAction'],
  },
  [`POST ${ACCOUNT}/Messages/{Sid}.json`]: { direction: 'out', price: messageUpdatePrice, body: 'form' },
  [`POST ${ACCOUNT}/Calls.json`]: {
    direction: 'out',
    price: callPrice,
    amend: limitCallTime,
    body: 'form',
    repeatable: ['StatusCallbackEvent'],
  },
  [`POST ${ACCOUNT}/Calls/{Sid}.json`]: { direction: 'out', price: callUpdatePrice, body: 'form' },
};

const catalogue: Catalogue = {
  list,
  writes: ({ method }) => (method === 'DELETE' ? {} : { body: 'any', repeatable: 'any' }),
  rules: new Map(Object.entries(rules)),
  unpriced: {
    direction: 'out',
    price: () => unpriced('what Twilio charges for it is neither in the request nor in the price list.', 'out'),
  },
};

/**
 * The operations of all of Twilio's products: twilio.com/docs. A product's own host stands before its version,
 * `/verify/v2/Services`, but for the oldest API, `/2010-04-01`.
 */
export const twilioOperations: readonly Operation[] = operationsOf(catalogue);
