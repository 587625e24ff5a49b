import { type FinalPriceRules, LOOK_UP_HEADERS } from '../evidence.js';
import { asObject } from '../upstream-meaning.js';
import { messageMicros } from './evidence.js';

/** Replaced by the credential's where the request is authorized. */
const ANY_ACCOUNT = 'AC';

/**
 * A message's price is there once it has gone out, a call's once it is over: `price` of the resource, null until then
 * (twilio.com/docs/messaging/api/message-resource, twilio.com/docs/voice/api/call-resource).
 */
export const twilioFinalPrice: FinalPriceRules = {
  lookUp: (sid) => {
    const resource = sid.startsWith('CA') ? 'Calls' : 'Messages';
    const at = (account: string, id: string) => `/2010-04-01/Accounts/${account}/${resource}/${id}.json`;
    const path = at(ANY_ACCOUNT, sid);
    const request = { method: 'GET', path, query: '', headers: LOOK_UP_HEADERS, body: undefined };
    return { resource: resource.toLowerCase(), template: at('{AccountSid}', '{Sid}'), request };
  },
  micros: (answer, { currency }) => {
    const resource = asObject(answer);
    return resource === undefined ? undefined : messageMicros(resource, currency);
  },
};
