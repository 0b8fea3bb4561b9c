/**
 * The interface of a chaos run's environment: hubs and providers that faults hit, and consumers whose
 * terminals transfer bytes.
 */
import type { Provider } from '../../testing/processes/agent-program.ts';
import type { Hub } from '../../testing/processes/hub-program.ts';
import type { ConsumerPrograms } from './consumer-programs.ts';
import type { FromConsumer } from './messages.ts';

export interface EnvironmentEvents {
  said(message: FromConsumer): void;
  /** Called when a process ended although the run did not end it. */
  died(what: string, how: string): void;
}

export interface Environment {
  /** Path of the folder with the logs. */
  readonly logs: string;
  readonly hubs: readonly Hub[];
  readonly providers: readonly Provider[];
  readonly consumers: ConsumerPrograms;
  /** Starts all processes, and a running VM for each consumer. */
  start(): Promise<void>;
  /** Writes a line to the run's own log. */
  note(line: string): void;
  /** Ends every process. If keepLogs is set, the folder with the logs is kept. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
