import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RedisOptions } from '@keybrake/testing/redis-process';

const shipped = fileURLToPath(new URL('../../deploy/redis/users.acl', import.meta.url));
const PLACEHOLDERS = {
  'keybrake-gateway': 'SHA256_OF_THE_PASSWORD_OF_THE_GATEWAYS',
  'keybrake-ledger': 'SHA256_OF_THE_PASSWORD_OF_THE_LEDGERS',
  'keybrake-admin-api': 'SHA256_OF_THE_PASSWORD_OF_THE_ADMIN_APIS',
} as const;
export type RedisUser = keyof typeof PLACEHOLDERS;

/** deploy/redis/users.acl as an operator fills it in, and a user for the test that may do everything. */
export class GuardedRedis {
  readonly #folder: string;
  readonly #password: string;

  private constructor(folder: string, password: string) {
    this.#folder = folder;
    this.#password = password;
  }

  static async prepare(): Promise<GuardedRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'keybrake-acl-'));
    const password = randomBytes(12).toString('hex');
    const hash = createHash('sha256').update(password).digest('hex');
    const text = Object.values(PLACEHOLDERS).reduce(
      (filled, placeholder) => filled.replace(placeholder, hash),
      await readFile(shipped, 'utf8'),
    );
    await writeFile(join(folder, 'users.acl'), `${text}user test on #${hash} ~* &* +@all\n`);
    return new GuardedRedis(folder, password);
  }

  get options(): Pick<RedisOptions, 'args' | 'user'> {
    return { args: ['--aclfile', join(this.#folder, 'users.acl')], user: `test:${this.#password}` };
  }

  url(user: RedisUser, port: number | undefined): string {
    return `redis://${user}:${this.#password}@127.0.0.1:${port}`;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
