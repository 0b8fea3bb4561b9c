/** The command-line options of a benchmark run. */
export interface Options {
  /** Number of paired repetitions. */
  readonly reps: number;
  /** Length of each measurement, s. */
  readonly seconds: number;
  /**
   * For the scale suite: the numbers of consumers (one number per step), and the number of providers at the
   * last step.
   */
  readonly consumers: readonly number[] | undefined;
  readonly providers: number | undefined;
  /** Folder to which each UniCore process writes its CPU profile. */
  readonly cpuProf: string | undefined;
  /** Prints a line about the progress of the run. */
  readonly progress: (line: string) => void;
}
