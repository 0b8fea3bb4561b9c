/** Command-line options of a bench run. */
export interface Options {
  /** Number of paired repetitions. */
  readonly reps: number;
  /** Length of each measurement, s. */
  readonly seconds: number;
  /** For the scale suite: the number of consumers at each step, and of providers at the last step. */
  readonly consumers: readonly number[] | undefined;
  readonly providers: number | undefined;
  /** Folder that gets a CPU profile of each UniCore process. */
  readonly cpuProf: string | undefined;
  /** Prints a line on the progress of the run. */
  readonly progress: (line: string) => void;
}
