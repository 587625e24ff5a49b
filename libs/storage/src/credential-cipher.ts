import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'kb1';

/** A sealed text does not open: it was altered, moved to another row, or sealed under another key. */
export class UnreadableSecret extends Error {
  override readonly name = 'UnreadableSecret';
}

/** What the text is for. All parts are authenticated, each with its length, so that no two lists read the same. */
export type Binding = readonly [purpose: string, ...parts: (string | number)[]];

const bytesOf = (binding: Binding): Buffer => Buffer.from(JSON.stringify(binding.map(String)), 'utf8');

/**
 * AES-256-GCM with a key of the binding's own, derived from `key` by HMAC-SHA-256. Random nonces of 96 bits are safe for
 * about 2^32 texts under one key, which one account's answers would reach; a key per row keeps each far from it.
 */
function encrypt(key: KeyObject, binding: Binding, plaintext: Uint8Array): string {
  const aad = bytesOf(binding);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, derivedKey(key, aad), nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: KeyObject, binding: Binding, text: string): Buffer | undefined {
  const sealed = Buffer.from(text, 'base64url');
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const aad = bytesOf(binding);
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, derivedKey(key, aad), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

// Key objects throughout: Node takes 15 µs longer to tell what raw bytes are, each time.
function derivedKey(key: KeyObject, aad: Uint8Array): KeyObject {
  return createSecretKey(createHmac('sha256', key).update('keybrake row key\n').update(aad).digest());
}

/** An account's data key as it is stored. */
export interface WrappedKey {
  readonly generation: number;
  readonly masterKeyId: string;
  readonly wrappedKey: string;
}

/** Where the wrapped data keys are kept. */
export interface WrappedKeyStore {
  /** All generations; makes the first from `first()` when there is none. Of two makers at once one wins, for both. */
  load(accountId: string, first: () => WrappedKey): Promise<readonly WrappedKey[]>;
}

interface DataKeys {
  readonly current: number;
  readonly byGeneration: ReadonlyMap<number, KeyObject>;
}

/**
 * Envelope encryption: the master key wraps one 256-bit data key per account, which encrypts that account's secrets.
 * A data key is unwrapped once and kept in memory, since every call seals an answer.
 * Format: `kb1.<generation of the data key>.<nonce, ciphertext and tag in base64url>`.
 */
export class EnvelopeCipher {
  readonly #masterKey: MasterKey;
  readonly #masterKeys: ReadonlyMap<string, KeyObject>;
  readonly #store: WrappedKeyStore;
  readonly #loaded = new Map<string, Promise<DataKeys>>();

  /** Wraps with `masterKey`, and unwraps what is wrapped with it or with one of the others. */
  constructor(masterKey: Uint8Array, store: WrappedKeyStore, others: readonly Uint8Array[] = []) {
    this.#masterKey = masterKeyOf(masterKey);
    this.#masterKeys = new Map([masterKey, ...others].map(masterKeyOf).map(({ id, key }) => [id, key]));
    this.#store = store;
  }

  /** The data key as it is to be stored under the present master key; undefined: it is so already. */
  rewrapped(accountId: string, row: WrappedKey): WrappedKey | undefined {
    if (row.masterKeyId === this.#masterKey.id) return undefined;
    return this.#wrap(accountId, row.generation, this.#unwrap(accountId, row).export());
  }

  /** The account is part of the binding. */
  async seal(accountId: string, binding: Binding, plaintext: Uint8Array): Promise<string> {
    const { current, byGeneration } = await this.#dataKeys(accountId);
    const key = byGeneration.get(current) as KeyObject;
    return `${FORMAT}.${current}.${encrypt(key, accountBinding(accountId, current, binding), plaintext)}`;
  }

  /** Throws `UnreadableSecret`. */
  async open(accountId: string, binding: Binding, sealed: string): Promise<Buffer> {
    const [format, generationText = '', text = '', ...rest] = sealed.split('.');
    if (format !== FORMAT || rest.length > 0)
      throw new UnreadableSecret(`a sealed ${binding[0]} has an unknown format`);
    const generation = Number(generationText);
    const key = await this.#dataKey(accountId, generation);
    if (key === undefined) throw new UnreadableSecret(`a sealed ${binding[0]} names a data key that is not on record`);
    const plaintext = decrypt(key, accountBinding(accountId, generation, binding), text);
    if (plaintext !== undefined) return plaintext;
    throw new UnreadableSecret(`a sealed ${binding[0]} was altered, or belongs to another row`);
  }

  /** A generation made since the keys were loaded is found by loading again. */
  async #dataKey(accountId: string, generation: number): Promise<KeyObject | undefined> {
    const { current, byGeneration } = await this.#dataKeys(accountId);
    if (byGeneration.has(generation) || !(generation > current)) return byGeneration.get(generation);
    this.#loaded.delete(accountId);
    return (await this.#dataKeys(accountId)).byGeneration.get(generation);
  }

  #dataKeys(accountId: string): Promise<DataKeys> {
    const known = this.#loaded.get(accountId);
    if (known !== undefined) return known;
    const loading = this.#load(accountId);
    this.#loaded.set(accountId, loading);
    loading.catch(() => {
      if (this.#loaded.get(accountId) === loading) this.#loaded.delete(accountId);
    });
    return loading;
  }

  async #load(accountId: string): Promise<DataKeys> {
    const rows = await this.#store.load(accountId, () => this.#wrap(accountId, 1, randomBytes(KEY_BYTES)));
    const byGeneration = new Map(rows.map((row) => [row.generation, this.#unwrap(accountId, row)]));
    return { current: Math.max(...byGeneration.keys()), byGeneration };
  }

  #wrap(accountId: string, generation: number, dataKey: Uint8Array): WrappedKey {
    const { id: masterKeyId, key } = this.#masterKey;
    return { generation, masterKeyId, wrappedKey: encrypt(key, wrapBinding(accountId, generation), dataKey) };
  }

  #unwrap(accountId: string, { generation, masterKeyId, wrappedKey }: WrappedKey): KeyObject {
    const masterKey = this.#masterKeys.get(masterKeyId);
    if (masterKey === undefined) {
      throw new UnreadableSecret(
        `the data key of account ${accountId} is wrapped by master key ${masterKeyId}, and the one configured is ${this.#masterKey.id}: start with the master key that this database was made with, or name that one in KEYBRAKE_KEKS_OTHER`,
      );
    }
    const key = decrypt(masterKey, wrapBinding(accountId, generation), wrappedKey);
    if (key !== undefined) return createSecretKey(key);
    throw new UnreadableSecret(`the data key of account ${accountId} was altered, or belongs to another account`);
  }
}

interface MasterKey {
  readonly id: string;
  readonly key: KeyObject;
}

function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new Error(`a master key must have ${KEY_BYTES} bytes`);
  const id = hash('sha256', Buffer.concat([Buffer.from('keybrake master key id\n'), bytes])).slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

const accountBinding = (accountId: string, generation: number, [purpose, ...parts]: Binding): Binding => [
  purpose,
  accountId,
  generation,
  ...parts,
];
const wrapBinding = (accountId: string, generation: number): Binding => ['data key', accountId, generation];
