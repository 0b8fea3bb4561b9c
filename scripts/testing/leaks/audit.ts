/**
 * Compares what there was before desktops with what there is after them. What other programs of this machine have is
 * not compared: a thing belongs to the test if it bears one of the test's marks.
 */

/** What tells the things of this test from those of other programs. */
export interface Marks {
  /** Folders, sessions and ids, of which a command line, a path or a label contains one. */
  readonly names: Set<string>;
  /** Users of this machine that run nothing but these desktops. */
  readonly uids: Set<number>;
}

/** Returns one line for each thing there is. The first word is its kind. Adds the marks that it comes across. */
export type Look = (marks: Marks) => Promise<string[]>;

export class LeakAudit {
  readonly #marks: Marks;
  readonly #looks: readonly Look[];
  #before: readonly string[] = [];

  private constructor(marks: Marks, looks: readonly Look[]) {
    this.#marks = marks;
    this.#looks = looks;
  }

  /** Notes what there is before the first desktop. folder: where the hub keeps its data, and the agent below it. */
  static async begin(folder: string, ...looks: Look[]): Promise<LeakAudit> {
    const audit = new LeakAudit({ names: new Set([folder]), uids: new Set() }, looks);
    audit.#before = await audit.#all();
    return audit;
  }

  /** Includes all that bears the name of this session. Call it while the desktop lives. */
  follow(sessionId: string): void {
    this.#marks.names.add(sessionId);
  }

  /** Returns a line for each thing that there was not before. */
  async more(): Promise<string[]> {
    const left = (await this.#all()).sort();
    for (const line of this.#before) {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
    }
    return left;
  }

  /** Returns the kinds of the things that there were not before. */
  async kinds(): Promise<string[]> {
    return [...new Set((await this.more()).map((line) => line.slice(0, line.indexOf(' '))))];
  }

  /** One look follows the other, because a later one uses the marks of an earlier one. */
  async #all(): Promise<string[]> {
    const lines: string[] = [];
    for (const look of this.#looks) lines.push(...(await look(this.#marks)));
    return lines;
  }
}
