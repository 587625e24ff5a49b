import type { Operation } from '../provider.js';
import { batchPrice, emailPrice } from './prices.js';

// Ids of emails hold a digit; the words in their place (`/emails/receiving`) are other resources.
const EMAIL_ID = /^(?=[^0-9]*[0-9])[A-Za-z0-9_-]{1,255}$/;

/** The operations of Resend's API that Keybrake governs: resend.com/docs/api-reference. */
export const resendOperations: readonly Operation[] = [
  {
    resource: 'emails',
    action: 'write',
    method: 'POST',
    template: '/emails',
    class: 'money',
    direction: 'out',
    price: emailPrice,
    body: 'json',
  },
  {
    resource: 'emails',
    action: 'write',
    method: 'POST',
    template: '/emails/batch',
    class: 'money',
    direction: 'out',
    price: batchPrice,
    body: 'json',
  },
  {
    resource: 'emails',
    action: 'read',
    method: 'GET',
    template: '/emails',
    class: 'read',
    query: ['limit', 'after', 'before'],
  },
  {
    resource: 'emails',
    action: 'read',
    method: 'GET',
    template: '/emails/{id}',
    class: 'read',
    idPattern: EMAIL_ID,
  },
  {
    resource: 'emails',
    action: 'write',
    method: 'POST',
    template: '/emails/{id}/cancel',
    class: 'free',
    body: 'json',
    idPattern: EMAIL_ID,
  },
];
