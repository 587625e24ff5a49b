import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { Server as TlsServer } from 'node:tls';
import type { Logger } from 'pino';
import type { ServerCertificate } from '../config/secure-links.js';
import { OperatorError } from '../process/operator-error.js';

const LOOK_EVERY_MS = 2_000;

/** HTTPS with a certificate, else HTTP. Throws `OperatorError` when certificate and key don't belong together. */
export function createAnyServer(
  certificate: ServerCertificate | undefined,
  options: ServerOptions,
  listener: RequestListener,
): Server {
  if (certificate === undefined) return createServer(options, listener);
  const { cert, key } = certificate;
  try {
    return createSecureServer({ ...options, cert, key }, listener);
  } catch (error) {
    throw new OperatorError(
      `KEYBRAKE_TLS_CERT and KEYBRAKE_TLS_KEY can't be used: ${(error as Error).message}; see that they are PEM, and of one pair`,
    );
  }
}

/**
 * A certificate that is renewed in its files is shown to the connections after that, without a restart. Files that don't
 * go together, such as a certificate that is there before its key, change nothing. Returns what ends the looking.
 */
export function keepRenewed(server: Server, certificate: ServerCertificate | undefined, logger: Logger): () => void {
  const files = certificate?.files;
  if (files === undefined || !(server instanceof TlsServer)) return () => undefined;
  const renew = () => {
    try {
      server.setSecureContext({ cert: readFileSync(files.cert), key: readFileSync(files.key) });
      logger.info({ file: files.cert }, 'the certificate was renewed');
    } catch (error) {
      logger.warn({ file: files.cert, reason: (error as Error).message }, 'the renewed certificate is not usable yet');
    }
  };
  const watched = [files.cert, files.key];
  for (const file of watched) watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, renew);
  return () => {
    for (const file of watched) unwatchFile(file, renew);
  };
}
