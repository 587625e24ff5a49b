import { randomBytes, randomInt } from 'node:crypto';
import type { Secrets } from '@keybrake/application';

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 16;
const SECRET_BYTES = 32;

/** From the operating system's random source. An id has 82 bits, a secret 256. */
export const systemSecrets: Secrets = {
  newId: () => Array.from({ length: ID_LENGTH }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join(''),
  newSecret: () => randomBytes(SECRET_BYTES).toString('base64url'),
};
