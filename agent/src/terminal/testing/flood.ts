/** Output in large amounts, and time for the screen to parse it. */

/** Numbered lines, so that a hole or a repetition shows. */
export function lines(from: number, to: number): string {
  let text = '';
  for (let n = from; n < to; n++) text += `${n}\r\n`;
  return text;
}

/** Enough turns of the event loop for the screen to parse what it was given. */
export async function parsed(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) await new Promise(setImmediate);
}
