/** Tries to open an X display without its cookie, as any program on the machine could. */

/**
 * Returns a script for `node --eval`. It prints the first byte of the X server's answer: 0 means refused, 1 means
 * accepted. root: the root folder of the X server, as the script sees it.
 */
export function openDisplayScript(display: number, root = ''): string {
  return `
    const socket = require('node:net').connect('${root}/tmp/.X11-unix/X${display}');
    socket.on('error', (error) => console.log(error.code));
    // Little endian, X11, without a cookie.
    socket.write(Buffer.from([0x6c, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    socket.once('data', (answer) => { console.log(answer[0]); socket.destroy(); });
  `;
}
