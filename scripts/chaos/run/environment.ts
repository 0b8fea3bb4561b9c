/**
 * Part of the chaos runs: the interface of the processes that a run needs (its environment). Faults hit the
 * hubs and providers, and the consumers have terminals that transfer bytes.
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
  /** Starts all processes of the chaos run, and a running VM for each consumer. */
  start(): Promise<void>;
  /** Writes a line to the log of the chaos run itself. */
  note(line: string): void;
  /** Ends every process of the chaos run. If keepLogs is set, the folder with the logs is kept. */
  close(options: { keepLogs: boolean }): Promise<void>;
}
