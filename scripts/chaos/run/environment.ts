/**
 * What a chaos run needs of its environment: hubs and providers to break, and consumers whose terminals carry bytes.
 */
import type { Provider } from '../../testing/processes/agent-program.ts';
import type { Hub } from '../../testing/processes/hub-program.ts';
import type { ConsumerPrograms } from './consumer-programs.ts';
import type { FromConsumer } from './messages.ts';

export interface EnvironmentEvents {
  said(message: FromConsumer): void;
  /** Called when a process ended by itself. */
  died(what: string, how: string): void;
}

export interface Environment {
  /** The folder with the logs. */
  readonly logs: string;
  readonly hubs: readonly Hub[];
  readonly providers: readonly Provider[];
  readonly consumers: ConsumerPrograms;
  /** Starts everything, with a running VM for each consumer. */
  start(): Promise<void>;
  /** Writes a line to the run's own log. */
  note(line: string): void;
  /** Ends every process. keepLogs: the folder with the logs remains. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
