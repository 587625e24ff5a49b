import type { UpstreamResponse } from '../ports/upstream.js';

// A stored answer is one byte string: length of the head, the head as JSON, the body untouched, so that a replay
// gives the same bytes back (R8).
const HEAD_LENGTH_BYTES = 4;

export function packResponse(response: UpstreamResponse): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify({ status: response.status, headers: response.headers }));
  const packed = new Uint8Array(HEAD_LENGTH_BYTES + head.length + response.body.length);
  new DataView(packed.buffer).setUint32(0, head.length);
  packed.set(head, HEAD_LENGTH_BYTES);
  packed.set(response.body, HEAD_LENGTH_BYTES + head.length);
  return packed;
}

export function unpackResponse(packed: Uint8Array): UpstreamResponse {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const bodyStart = HEAD_LENGTH_BYTES + view.getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(packed.subarray(HEAD_LENGTH_BYTES, bodyStart))) as {
    status: number;
    headers: Record<string, string>;
  };
  return { ...head, body: packed.subarray(bodyStart) };
}
