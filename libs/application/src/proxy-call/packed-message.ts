// A kept message is one byte string: length of the head, the head as JSON, the body untouched, so that the same bytes
// come back (R8).
const HEAD_LENGTH_BYTES = 4;

export function packMessage(head: object, body: Uint8Array): Uint8Array {
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const packed = new Uint8Array(HEAD_LENGTH_BYTES + headBytes.length + body.length);
  new DataView(packed.buffer).setUint32(0, headBytes.length);
  packed.set(headBytes, HEAD_LENGTH_BYTES);
  packed.set(body, HEAD_LENGTH_BYTES + headBytes.length);
  return packed;
}

/** The head is what `packMessage` was given: a sealed text opens to nothing else. */
export function unpackMessage(packed: Uint8Array): { readonly head: unknown; readonly body: Uint8Array } {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const bodyStart = HEAD_LENGTH_BYTES + view.getUint32(0);
  const head: unknown = JSON.parse(new TextDecoder().decode(packed.subarray(HEAD_LENGTH_BYTES, bodyStart)));
  return { head, body: packed.subarray(bodyStart) };
}
