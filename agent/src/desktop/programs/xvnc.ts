/** Starts Xvnc, the X server that shows its screen over VNC. It listens on unix sockets only. */
import { readdir } from 'node:fs/promises';
import type { Clock } from '@unicore/protocol';
import { UniCoreError } from '@unicore/protocol';
import type { Folder } from './folder.ts';
import { Program } from './program.ts';
import { readBanner } from './rfb-banner.ts';

/** The largest clipboard text that a client may send, in bytes. */
const MOST_CUT_TEXT_BYTES = 1024 * 1024;
/** Delay before X repeats a held key: the longest that X accepts, ms. */
const REPEAT_DELAY_MS = 65_535;
const FRAMES_PER_SECOND = 60;
/** The first display number that desktops use. The displays of the machine's users have low numbers. */
const FIRST_DISPLAY = 100;
const DISPLAYS = 900;
const SOCKETS = '/tmp/.X11-unix';
/**
 * Xvnc prints this if another X server uses the display, or if a crashed X server of another user has left its
 * lock file.
 */
const TAKEN = /already active for display|Could not create server lock file/;
const POLL_MS = 10;

export interface XvncOptions {
  readonly command: string;
  /** A command that runs another command. */
  readonly prefix: readonly string[];
  readonly folder: Folder;
  readonly width: number;
  readonly height: number;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** The display to try first. */
  readonly display: number;
}

export interface Xvnc {
  readonly program: Program;
  readonly display: number;
}

/** Returns the display number to try first. Desktops that start at the same time get different numbers. */
export function firstDisplay(seed: number): number {
  return FIRST_DISPLAY + (seed % DISPLAYS);
}

/** Starts Xvnc on the first free display. Resolves when it has sent its VNC banner. */
export async function startXvnc(options: XvncOptions): Promise<Xvnc> {
  const { clock, folder } = options;
  for (let i = 0; i < DISPLAYS; i++) {
    const display = FIRST_DISPLAY + ((options.display - FIRST_DISPLAY + i) % DISPLAYS);
    // Xvnc dies with this process, even if this process is killed. Openbox then ends, too. Chromium ends when its
    // pipe closes. `setpriv` is the last in the row, since a new user namespace forgets that signal.
    const [command = '', ...args] = [...options.prefix, 'setpriv', '--pdeathsig=KILL', '--', options.command];
    const program = new Program({
      ...options,
      name: 'Xvnc',
      command,
      args: [...args, ...argumentsOf(options, display)],
      cwd: folder.path,
    });
    let exited = false;
    void program.exited.then(() => (exited = true));
    while (!exited) {
      if (
        await readBanner(folder.rfbSocket).then(
          () => true,
          () => false,
        )
      )
        return { program, display };
      await Promise.race([program.exited, new Promise<void>((resolve) => clock.after(POLL_MS, resolve))]);
    }
    const { error } = await program.exited;
    if (!TAKEN.test(program.lastLines)) {
      throw new UniCoreError('LAUNCH_FAILED', `Xvnc did not start: ${error?.message ?? program.lastLines}`);
    }
  }
  throw new UniCoreError('LAUNCH_FAILED', 'No X display is free. Delete old files /tmp/.X*-lock.');
}

function argumentsOf({ folder, width, height }: XvncOptions, display: number): string[] {
  return [
    `:${display}`,
    // `-nolisten local` turns off the abstract socket, which file permissions do not protect. Clients use the
    // socket in /tmp/.X11-unix, where the cookie keeps other users out.
    ...['-nolisten', 'local', '-nolisten', 'tcp', '-auth', folder.cookie],
    ...['-geometry', `${width}x${height}`, '-depth', '24'],
    // -1 means no port. (0 would listen on all addresses.)
    ...['-rfbport', '-1', '-rfbunixpath', folder.rfbSocket, '-rfbunixmode', '0600', '-SecurityTypes', 'None'],
    // The agent limits its viewers itself. Xvnc's blacklist would block all of them at once, because they use
    // the same unix socket.
    ...['-AlwaysShared=1', '-UseBlacklist=0', '-AcceptSetDesktopSize=1'],
    ...['-SendPrimary=0', '-SetPrimary=0', '-MaxCutText', `${MOST_CUT_TEXT_BYTES}`],
    ...['-FrameRate', `${FRAMES_PER_SECOND}`, '-desktop', 'UniCore', '-noreset'],
    // Viewers send repeated keys themselves. X would also repeat a key whose release arrives late.
    ...['-ardelay', `${REPEAT_DELAY_MS}`],
    // No screen saver: an idle screen stays as it is. No GLX: it would load Mesa, and Chromium does not use it.
    ...['-s', '0', '-dpms', '-extension', 'GLX'],
  ];
}

/** Names of the sockets of X servers on this machine. */
export async function xSockets(): Promise<string[]> {
  return readdir(SOCKETS).catch(() => []);
}
