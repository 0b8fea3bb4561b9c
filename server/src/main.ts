/** The hub as a process: configuration from outside, and an end that lets everybody go. */
import { UniCoreError } from '@unicore/protocol';
import { createApp } from './app/index.ts';
import { parseConfig } from './config.ts';
import { createLog } from './log.ts';

/** Longer than a graceful stop takes, besides the time to drain; then the process ends as it is. */
const STOP_MS = 6_000;

// What the machine's owner sees in a list of processes.
process.title = 'unicore-hub';

try {
  const config = parseConfig(process.env, process.argv.slice(2));
  const log = createLog(config.logLevel);
  const stopTracing = process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    ? (await import('./tracing/opentelemetry/index.ts')).startTracing()
    : undefined;
  const app = createApp(config, { log });
  let stopping = false;
  const stop = async (why: NodeJS.Signals | 'disconnect') => {
    if (stopping) {
      log.info({ why }, 'told twice: ending at once');
      process.exit(1);
    }
    stopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), config.drainSeconds * 1000 + STOP_MS).unref();
    // A person's Ctrl-C, and the end of whoever started the hubs beside this one as well, leave no hub to move to.
    await app.stop({ drain: why === 'SIGTERM' });
    await stopTracing?.();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The supervisor that started it (npm start) is gone, however it died.
  process.on('disconnect', () => stop('disconnect'));
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'nobody handled this error');
    process.exit(1);
  };
  process.on('unhandledRejection', die);
  process.on('uncaughtException', die);
  const { port, url } = await app.start();
  process.send?.({ type: 'listening', port, url });
} catch (error) {
  // Before there is a log, and for a person: a wrong option, a port in use, a data folder that can't be written.
  process.stderr.write(`${error instanceof UniCoreError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
