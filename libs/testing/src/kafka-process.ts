import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './processes.js';
import { requireProgram } from './programs.js';
import { ForeignServer } from './server-process.js';

export interface KafkaProcess {
  /** host:port, as KAFKA_BROKERS wants it. */
  readonly brokers: string;
  readonly port: number;
  readonly server: ForeignServer;
  /** The same broker on the same data, after a stop or a kill. */
  restart(): Promise<ForeignServer>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export interface KafkaUser {
  readonly name: string;
  readonly password: string;
}

/** Clients sign in by SCRAM-SHA-512, and may do what ACLs give them. */
export interface KafkaAccess {
  /** May do everything. */
  readonly admin: KafkaUser;
  readonly users: readonly KafkaUser[];
}

interface KafkaOptions {
  /** Keeps the data of an earlier start. */
  readonly folder?: string;
  readonly port?: number;
  readonly advertisedPort?: number;
  /** Without it everybody may do everything. */
  readonly access?: KafkaAccess;
}

const VERSION = '4.3.1';
const CACHE = fileURLToPath(new URL(`../../../.cache/kafka-${VERSION}`, import.meta.url));
const CLUSTER_ID = 'a2V5YnJha2UtdGVzdHMtMQ';
const READY_WITHIN_MS = 60_000;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.keybrake</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

/** Folder of Kafka's jars: of KAFKA_HOME, or copied once from Maven's repository. */
async function jars(): Promise<string> {
  const { KAFKA_HOME } = process.env;
  if (KAFKA_HOME !== undefined) return join(KAFKA_HOME, 'libs');
  const folder = join(CACHE, 'libs');
  if (existsSync(folder)) return folder;
  const advice = 'unpack Apache Kafka 4 and set KAFKA_HOME to it';
  const maven = requireProgram({ name: 'mvn', debianPackage: 'maven', advice });
  process.stdout.write(`keybrake: copying Apache Kafka ${VERSION} from Maven (54 MB, once)\n`);
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'copying-'));
  await writeFile(join(work, 'pom.xml'), POM);
  const args = ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=libs'];
  const { status, stdout, stderr } = spawnSync(maven, args, { cwd: work, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Maven could not copy Apache Kafka; ${advice}:\n${stdout}${stderr}`);
  // Two that copy at once both have all of it; the second finds the folder there.
  await rename(join(work, 'libs'), folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
  await rm(work, { recursive: true, force: true });
  return folder;
}

interface Listening {
  readonly port: number;
  readonly advertisedPort: number;
  readonly controllerPort: number;
}

function properties(folder: string, { port, advertisedPort, controllerPort }: Listening, access?: KafkaAccess): string {
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=CLIENTS://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=CLIENTS://127.0.0.1:${advertisedPort}`,
    'inter.broker.listener.name=CLIENTS',
    'controller.listener.names=CONTROLLER',
    `listener.security.protocol.map=CLIENTS:${access === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT'},CONTROLLER:PLAINTEXT`,
    ...(access === undefined ? [] : accessProperties(access)),
    `log.dirs=${join(folder, 'data')}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'num.network.threads=2',
    'num.io.threads=2',
    'log.cleaner.dedupe.buffer.size=2097152',
    '',
  ].join('\n');
}

/** As a client or a broker is told to sign in. */
export const kafkaSignIn = ({ name, password }: KafkaUser) =>
  `org.apache.kafka.common.security.scram.ScramLoginModule required username="${name}" password="${password}";`;

const accessProperties = ({ admin }: KafkaAccess) => [
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  // The broker itself, at the controller's port.
  `super.users=User:${admin.name};User:ANONYMOUS`,
  'sasl.enabled.mechanisms=SCRAM-SHA-512',
  'sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512',
  `listener.name.clients.scram-sha-512.sasl.jaas.config=${kafkaSignIn(admin)}`,
];

/** How Kafka's own programs are run: a JVM and its first arguments. */
export async function kafkaProgram(): Promise<{ readonly java: string; readonly jvm: readonly string[] }> {
  const advice = 'install a JVM 17 or newer';
  const java = requireProgram({ name: 'java', debianPackage: 'openjdk-17-jre-headless', advice });
  const libs = await jars();
  const classPath = (await readdir(libs)).map((jar) => join(libs, jar)).join(':');
  return {
    java,
    jvm: ['-cp', classPath, '-Djava.awt.headless=true', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
  };
}

/** A real Apache Kafka, broker and controller in one process on loopback. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaProcess> {
  const { java, jvm } = await kafkaProgram();
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'keybrake-kafka-')));
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'server.properties');
  const port = options.port ?? (await freePort());
  // Clients are told this address: a proxy's, when one stands in between.
  const advertisedPort = options.advertisedPort ?? port;
  const { access } = options;
  await writeFile(config, properties(folder, { port, advertisedPort, controllerPort: await freePort() }, access));
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const users = access === undefined ? [] : [access.admin, ...access.users];
    const scram = users.flatMap(({ name, password }) => [
      '--add-scram',
      `SCRAM-SHA-512=[name=${name},password=${password}]`,
    ]);
    const format = [
      'kafka.tools.StorageTool',
      'format',
      '-t',
      CLUSTER_ID,
      '-c',
      config,
      '--ignore-formatted',
      ...scram,
    ];
    const { status, stderr } = spawnSync(java, [...jvm, '-Xmx128m', ...format], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Kafka's storage could not be formatted:\n${stderr}`);
  }
  const start = () =>
    ForeignServer.start({
      name: 'kafka',
      file: java,
      args: [...jvm, '-Xmx512m', 'kafka.Kafka', config],
      port,
      readyWithinMs: READY_WITHIN_MS,
    });
  let server = await start();
  return {
    brokers: `127.0.0.1:${advertisedPort}`,
    port,
    get server() {
      return server;
    },
    restart: async () => {
      server = await start();
      return server;
    },
    remove: async () => {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
