const ID = /^[A-Za-z0-9_-]{1,255}$/;

/** True for an id that can stand in a path. */
export function isId(text: string): boolean {
  return ID.test(text);
}
