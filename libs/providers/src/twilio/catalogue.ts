import type { Operation } from '../provider.js';
import { messagePrice } from './prices.js';

const MESSAGES = '/2010-04-01/Accounts/{AccountSid}/Messages.json';

/**
 * The operations of Twilio's API 2010-04-01 that Keybrake governs: twilio.com/docs/messaging/api/message-resource.
 * Not the account itself: its answer holds the real auth token. Not deleting or redacting a message: after an unknown
 * outcome, the list of messages is the only evidence.
 */
export const twilioOperations: readonly Operation[] = [
  {
    resource: 'messages',
    action: 'write',
    method: 'POST',
    template: MESSAGES,
    class: 'money',
    direction: 'out',
    // The answer's price is null until the message has gone out, so the reserved amount stands.
    price: messagePrice,
    body: 'form',
    repeatable: ['MediaUrl', 'PersistentAction'],
  },
  {
    resource: 'messages',
    action: 'read',
    method: 'GET',
    template: MESSAGES,
    class: 'read',
    query: ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>', 'PageSize', 'Page', 'PageToken'],
  },
  {
    resource: 'messages',
    action: 'read',
    method: 'GET',
    template: '/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json',
    class: 'read',
  },
];
