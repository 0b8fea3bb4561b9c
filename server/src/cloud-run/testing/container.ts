/** What the fake of Cloud Run runs for an execution: a process, a container, or a simulation. */

export interface ContainerSpec {
  /** The name of the execution, without the path before it. */
  readonly execution: string;
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

export interface Container {
  /** Freezes all processes of the container. They do not notice it. */
  pause(): void;
  resume(): void;
  signal(signal: 'SIGTERM' | 'SIGTSTP' | 'SIGCONT'): void;
  kill(): void;
  /** Resets the container's outbound connections, as maintenance of Cloud Run does. */
  cutConnections?(): void;
  /** Resolves with the exit code when the container has ended. */
  readonly exited: Promise<number>;
}

export type RunContainer = (spec: ContainerSpec) => Promise<Container>;
