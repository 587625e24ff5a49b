import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { createScrub } from './scrub.js';
import { activeTraceIds } from './tracing.js';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** The app, on every line. */
  readonly name: string;
  readonly level: string;
  /** Values that must never be shown, beside everything that looks like a key. */
  readonly secrets?: readonly string[];
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = [
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'password',
  'secret',
  'vaultKey',
  'token',
  'apiKey',
];
const REDACTED = SECRET_FIELDS.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]);

/** A log file that is appended to; lines are written before the call returns, so that a kill loses none. */
export function fileDestination(path: string): DestinationStream {
  return destination({ dest: path, sync: true, mkdir: true, mode: 0o600 });
}

/** One JSON object per line. Secrets are taken out twice: fields by name, and keys by their look anywhere in the line. */
export function createLogger(options: LoggerOptions): Logger {
  const scrub = createScrub(options.secrets);
  const out = options.destination ?? destination({ dest: 1, sync: true });
  return pino(
    {
      name: options.name,
      level: options.level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '***' },
      mixin: () => activeTraceIds() ?? {},
    },
    { write: (line: string) => out.write(scrub(line)) },
  );
}
