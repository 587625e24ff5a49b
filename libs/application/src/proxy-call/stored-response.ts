import type { UpstreamResponse } from '../ports/upstream.js';
import { packMessage, unpackMessage } from './packed-message.js';

/** Answers above it are passed on but not kept for replays. */
export const KEPT_RESPONSE_BYTES_MAX = 262_144;

export function packResponse({ status, headers, body }: UpstreamResponse): Uint8Array {
  return packMessage({ status, headers }, body);
}

export function unpackResponse(packed: Uint8Array): UpstreamResponse {
  const { head, body } = unpackMessage(packed);
  return { ...(head as Omit<UpstreamResponse, 'body'>), body };
}
