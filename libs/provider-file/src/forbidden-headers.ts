// Of a hop, of a credential or of Keybrake: with them a caller could act for somebody else, or speak to another party.
const REQUEST = new Set([
  ...['authorization', 'proxy-authorization', 'cookie', 'host', 'via', 'forwarded', 'user-agent'],
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect', 'range'],
  ...['content-type', 'content-length', 'content-encoding', 'accept-encoding'],
]);
const RESPONSE = new Set([
  ...['set-cookie', 'connection', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-authenticate'],
  ...['content-length', 'content-encoding', 'idempotent-replayed'],
]);

export function isForbiddenRequestHeader(name: string): boolean {
  return REQUEST.has(name) || /^(?:x-forwarded-|keybrake-|sec-|proxy-)/.test(name);
}

export function isForbiddenResponseHeader(name: string): boolean {
  return RESPONSE.has(name) || name.startsWith('keybrake-');
}
