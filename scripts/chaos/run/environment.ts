/** Environment of a chaos run: all its processes, among them the consumers that exchange data. */
import type { Provider } from '../../testing/processes/agent-program.ts';
import type { Hub } from '../../testing/processes/hub-program.ts';
import type { ConsumerPrograms } from './consumer-programs.ts';
import type { FromConsumer } from './messages.ts';

export interface EnvironmentEvents {
  said(message: FromConsumer): void;
  /** Called when a process died unexpectedly. */
  died(what: string, how: string): void;
}

export interface Environment {
  /** The folder of the logs. */
  readonly logs: string;
  readonly hubs: readonly Hub[];
  readonly providers: readonly Provider[];
  readonly consumers: ConsumerPrograms;
  /** Settles when everything is up, and each consumer's VM runs. */
  start(): Promise<void>;
  /** Adds a line to the run's own log. */
  note(line: string): void;
  /** Ends every process. The folder with the logs stays if keepLogs is set. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
