/** The command-line options of a benchmark run. */
export interface Options {
  /** Number of paired repetitions. */
  readonly reps: number;
  /** Duration of each measurement, s. */
  readonly seconds: number;
  /**
   * For the benchmark with more and more consumers (scale suite): the number of consumers in each step, and
   * the number of providers in the last step.
   */
  readonly consumers: readonly number[] | undefined;
  readonly providers: number | undefined;
  /** Folder to which each UniCore process writes its CPU profile. */
  readonly cpuProf: string | undefined;
  /** Prints a line about the progress of the benchmark. */
  readonly progress: (line: string) => void;
}
