/** One step of a deployment, as data: it is either printed or run. */
export interface Step {
  /** Purpose of the step, as a text for people. */
  readonly title: string;
  /** The program to run and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Text that the program reads from its standard input. */
  readonly input?: string;
  /** If this command succeeds, the step was done before and is left out. */
  readonly unless?: readonly [string, ...string[]];
}
