import type { Logger } from 'pino';

export interface ShutdownStep {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

export interface ShutdownOptions {
  readonly logger: Logger;
  /** In order: readiness off first, what others depend on last. A failed step does not keep the next from running. */
  readonly steps: readonly ShutdownStep[];
  /** Steps that are not done by then are left; the process ends. */
  readonly budgetMs: number;
  /** Told once, before the first step. */
  readonly onStart?: () => void;
  readonly exit?: (code: number) => void;
  readonly signals?: Pick<NodeJS.Process, 'on' | 'removeListener'>;
}

export interface Shutdown {
  /** Starts it, once; later calls wait for the same end. `code` 0 for a wanted stop. */
  run(reason: string, code?: number): Promise<void>;
  /** Stops listening to signals; for tests. */
  dispose(): void;
}

/** One Ctrl-C reaches a process up to three times: from the terminal, from npm and from the start script. */
const SAME_SIGNAL_MS = 1_500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends a process in order when it is asked to, by a signal or by the parent that started it going away. A second
 * signal ends it at once: everything is safe to kill at any moment, an orderly end is only faster for the next start.
 */
export function installShutdown(options: ShutdownOptions): Shutdown {
  const { logger } = options;
  const exit = options.exit ?? process.exit;
  const source = options.signals ?? process;
  let running: Promise<void> | undefined;
  let firstSignalAtMs = 0;

  const run = (reason: string, code = 0): Promise<void> => {
    if (running === undefined) {
      options.onStart?.();
      running = runSteps(options, reason, code).then(exit);
    }
    return running;
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (running === undefined) {
      firstSignalAtMs = nowMs;
      void run(signal);
    } else if (nowMs - firstSignalAtMs > SAME_SIGNAL_MS) {
      logger.warn(`${signal} again: ending at once`);
      exit(1);
    }
  };
  const onOrphaned = () => void run('the start script is gone');
  for (const signal of SIGNALS) source.on(signal, onSignal);
  source.on('disconnect', onOrphaned);
  const dispose = () => {
    for (const signal of SIGNALS) source.removeListener(signal, onSignal);
    source.removeListener('disconnect', onOrphaned);
  };
  return { run, dispose };
}

async function runSteps({ logger, steps, budgetMs }: ShutdownOptions, reason: string, code: number): Promise<number> {
  const startedAtMs = performance.now();
  logger.info({ reason }, 'stopping');
  const late = Symbol('late');
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<typeof late>((done) => {
    timer = setTimeout(() => done(late), budgetMs);
  });
  let failures = 0;
  for (const { name, run } of steps) {
    const outcome = await Promise.race([settled(run), deadline]);
    if (outcome === late) {
      logger.error({ step: name, budgetMs }, 'stopping takes too long: ending at once');
      return 1;
    }
    if (outcome !== undefined) {
      failures += 1;
      logger.error({ step: name, err: outcome }, 'a step of stopping failed');
    }
  }
  clearTimeout(timer);
  logger.info({ tookMs: Math.round(performance.now() - startedAtMs) }, 'stopped');
  return failures > 0 ? 1 : code;
}

/** The error, or undefined when it went well. */
async function settled(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return error;
  }
}
