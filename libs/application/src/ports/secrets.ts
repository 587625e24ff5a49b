/** Random texts that nobody can guess; handed in, since the core imports no `node:*`. */
export interface Secrets {
  /** 16 characters of `a-z0-9`: an id that may be shown. */
  newId(): string;
  /** 32 random bytes, base64url: 43 characters. */
  newSecret(): string;
}
