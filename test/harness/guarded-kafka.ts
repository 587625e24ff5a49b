import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type KafkaProcess,
  type KafkaUser,
  kafkaProgram,
  kafkaSignIn,
  startKafka,
} from '@keybrake/testing/kafka-process';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../deploy/kafka/topics-and-acls.sh', import.meta.url));
const TOOLS = {
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-acls.sh': 'org.apache.kafka.tools.AclCommand',
};
const NAMES = ['keybrake-gateway', 'keybrake-ledger', 'keybrake-admin-api', 'nobody'] as const;
export type KafkaUserName = (typeof NAMES)[number] | 'admin';

/** A broker on which nobody may do anything but what deploy/kafka/topics-and-acls.sh has given to them. */
export class GuardedKafka {
  readonly #broker: KafkaProcess;
  readonly #folder: string;
  readonly #users: ReadonlyMap<string, KafkaUser>;

  private constructor(broker: KafkaProcess, folder: string, users: readonly KafkaUser[]) {
    this.#broker = broker;
    this.#folder = folder;
    this.#users = new Map(users.map((user) => [user.name, user]));
  }

  static async start(): Promise<GuardedKafka> {
    const users = ['admin', ...NAMES].map((name) => ({ name, password: randomBytes(12).toString('hex') }));
    const [admin, ...others] = users as [KafkaUser, ...KafkaUser[]];
    const [broker, folder] = await Promise.all([
      startKafka({ access: { admin, users: others } }),
      mkdtemp(join(tmpdir(), 'keybrake-kafka-tools-')),
    ]);
    return new GuardedKafka(broker, folder, users);
  }

  get brokers(): string {
    return this.#broker.brokers;
  }

  settings(name: KafkaUserName): Record<string, string> {
    const { password = '' } = this.#users.get(name) ?? {};
    return { KEYBRAKE_KAFKA_USER: name, KEYBRAKE_KAFKA_PASSWORD: password };
  }

  /** Runs the script with the settings that the apps have. */
  async applyScript(settings: Readonly<Record<string, string>>): Promise<void> {
    const { java, jvm } = await kafkaProgram();
    for (const [name, program] of Object.entries(TOOLS)) {
      const command = [java, ...jvm, '-Xmx128m', program].map((part) => `'${part}'`).join(' ');
      await writeFile(join(this.#folder, name), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
    }
    const config = join(this.#folder, 'admin.properties');
    await writeFile(config, commandConfig(this.#users.get('admin') as KafkaUser), { mode: 0o600 });
    const PATH = [this.#folder, process.env.PATH].join(delimiter);
    await run(script, [this.brokers, config], { env: { PATH, ...settings } });
  }

  async remove(): Promise<void> {
    await this.#broker.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const commandConfig = (admin: KafkaUser) =>
  [
    'security.protocol=SASL_PLAINTEXT',
    'sasl.mechanism=SCRAM-SHA-512',
    `sasl.jaas.config=${kafkaSignIn(admin)}`,
    '',
  ].join('\n');
