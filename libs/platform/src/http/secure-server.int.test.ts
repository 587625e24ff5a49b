import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { TestAuthority } from '@keybrake/testing/certificates';
import { eventually } from '@keybrake/testing/processes';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMetrics } from '../telemetry/metrics.js';
import { type RunningHttpApp, startCallServer, startHttpApp } from './http-app.js';
import { OperationalModule } from './operational.module.js';
import { Readiness } from './readiness.js';

const logged: string[] = [];
const logger = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
const module = OperationalModule.register({ readiness: new Readiness({}), metrics: createMetrics('gateway') });
const anyPort = { host: '127.0.0.1', port: 0, portVariable: 'KEYBRAKE_GATEWAY_PORT' } as const;
let authority: TestAuthority;
let folder: string;
let files: { cert: string; key: string };
let app: RunningHttpApp;

async function write(issued: { cert: string; key: string }) {
  await writeFile(files.cert, issued.cert);
  await writeFile(files.key, issued.key);
}

beforeAll(async () => {
  authority = await TestAuthority.create('keybrake test');
  folder = await mkdtemp(join(tmpdir(), 'keybrake-tls-'));
  files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const issued = await authority.issue();
  await write(issued);
  app = await startCallServer({
    module,
    logger,
    address: { ...anyPort, certificate: { ...issued, files } },
    onCall: (_request, response) => response.end('called'),
    isDraining: () => false,
  });
});
afterAll(async () => {
  await app.close(1_000);
  await rm(folder, { recursive: true });
});

async function connected(ca: string): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(app.url).port), ca });
  await once(socket, 'secureConnect');
  return socket;
}

/** The serial number of the certificate that a new connection is shown. */
async function shownSerial(): Promise<string> {
  const socket = await connected(authority.ca);
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

test('listens with TLS: calls and health on one port, for those who trust the authority', async () => {
  expect(app.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  for (const [path, body] of [
    ['/livez', '"status"'],
    ['/v1/charges', 'called'],
  ]) {
    const socket = await connected(authority.ca);
    socket.end(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    const chunks = await socket.toArray();
    expect(Buffer.concat(chunks).toString()).toContain(body);
  }
  const another = await TestAuthority.create('somebody else');
  await expect(connected(another.ca)).rejects.toThrow('unable to verify the first certificate');
});

test('plain HTTP gets no answer there', async () => {
  await expect(fetch(app.url.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
});

test('a renewed certificate is shown without a restart; one without its key changes nothing', async () => {
  const before = await shownSerial();
  const renewed = await authority.issue();
  // The certificate before its key, as they may come.
  await writeFile(files.cert, renewed.cert);
  await eventually(
    'a look at it',
    () => logged.join(),
    (lines) => lines.includes('not usable yet'),
  );
  expect(await shownSerial()).toBe(before);
  await writeFile(files.key, renewed.key);
  await eventually('the renewed certificate', shownSerial, (serial) => serial !== before);
});

test('a certificate and the key of another are refused at the start', async () => {
  const [one, other] = [await authority.issue(), await authority.issue()];
  const address = { ...anyPort, certificate: { cert: one.cert, key: other.key, files: undefined } };
  await expect(startHttpApp({ module, logger, address })).rejects.toThrow(
    /^KEYBRAKE_TLS_CERT and KEYBRAKE_TLS_KEY can't be used: .*key values mismatch; see that they are PEM, and of one pair$/,
  );
});
