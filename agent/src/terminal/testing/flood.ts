/** Large amounts of output, and a wait until the screen has parsed them. */

/** Returns numbered lines, so that a missing or repeated line is visible. */
export function lines(from: number, to: number): string {
  let text = '';
  for (let n = from; n < to; n++) text += `${n}\r\n`;
  return text;
}

/** Waits for enough turns of the event loop that the screen has parsed all its output. */
export async function parsed(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await new Promise(setImmediate);
}
