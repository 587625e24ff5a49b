import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest's own messages in our log. Its start-up chatter is only for debugging. */
export function createNestLogger(logger: Logger): LoggerService {
  return {
    log: (message, ...rest) => logger.debug(fields(rest), text(message)),
    debug: (message, ...rest) => logger.debug(fields(rest), text(message)),
    verbose: (message, ...rest) => logger.trace(fields(rest), text(message)),
    warn: (message, ...rest) => logger.warn(fields(rest), text(message)),
    error: (message, ...rest) => logger.error({ ...fields(rest), ...errorOf(message) }, text(message)),
    fatal: (message, ...rest) => logger.fatal({ ...fields(rest), ...errorOf(message) }, text(message)),
  };
}

const errorOf = (message: unknown) => (message instanceof Error ? { err: message } : {});

const text = (message: unknown): string => {
  if (message instanceof Error) return message.message;
  return typeof message === 'string' ? message : JSON.stringify(message);
};

/** Nest passes the context last, and for errors a stack before it. */
function fields(rest: readonly unknown[]): { context?: unknown; stack?: unknown } {
  const [first, second] = rest;
  if (rest.length > 1) return { stack: first, context: second };
  return rest.length === 1 ? { context: first } : {};
}
