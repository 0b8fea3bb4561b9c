/** The hub as a process: it reads its configuration, and drains when it is told to stop. */
import { UniCoreError } from '@unicore/protocol';
import { createApp } from './app/index.ts';
import { parseConfig } from './config.ts';
import { createLog } from './log.ts';

/** Longer than a graceful stop takes after the drain; then the process exits in any case. */
const STOP_MS = 6_000;

// The name of this process in ps and top.
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
      log.info({ why }, 'second stop signal: exiting at once');
      process.exit(1);
    }
    stopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => process.exit(1), config.drainSeconds * 1000 + STOP_MS).unref();
    // Ctrl-C, and the end of the supervisor, also stop the other hubs of this machine. So there is no hub to move to.
    await app.stop({ drain: why === 'SIGTERM' });
    await stopTracing?.();
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The event `disconnect` comes when the supervisor that started this process (npm start) is gone, however it died.
  process.on('disconnect', () => stop('disconnect'));
  const die = (error: unknown) => {
    log.fatal({ err: error }, 'unhandled error');
    process.exit(1);
  };
  process.on('unhandledRejection', die);
  process.on('uncaughtException', die);
  const { port, url } = await app.start();
  process.send?.({ type: 'listening', port, url });
} catch (error) {
  // Plain text for people, as there may be no log yet: a wrong option, a port in use, a data folder that can't be written.
  process.stderr.write(`${error instanceof UniCoreError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
