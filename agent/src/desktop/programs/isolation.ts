/**
 * What protects the machine and its network from Chromium. Both parts need user namespaces, which some machines
 * refuse: Chromium's own sandbox, and a network namespace without any way out, except one listener that the
 * desktop's proxy serves. The other programs have no network at all.
 */
import { execFile } from 'node:child_process';
import type { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UniCoreError } from '@unicore/protocol';
import type { Program } from './program.ts';

/** `sandboxed`: both parts of the isolation are active. `unsandboxed`: none is, and the configuration allows that. */
export type Isolation = 'sandboxed' | 'unsandboxed';

/** Port of the proxy in the network namespace. Every desktop has a namespace of its own, so all use this port. */
export const PROXY_PORT = 1080;
/**
 * File descriptor through which the parent process gets the listening socket of the namespace. The lower
 * numbers are used by Chromium's debugging pipe.
 */
const IPC_FD = 5;
/**
 * Options of `unshare` that need no privileges: a new user namespace with the same user, and a new network
 * namespace.
 */
const NAMESPACES = ['--user', '--map-current-user', '--net'];
const PASS_LISTENER = fileURLToPath(new URL('./pass-listener.ts', import.meta.url));

/**
 * Runs another command without any network; unix sockets in files still work. Xvnc and Openbox read what Chromium
 * sends, and need no network. In them, a program that broke out of Chromium would find the container's.
 */
export const OFFLINE: Record<Isolation, readonly string[]> = {
  sandboxed: ['unshare', ...NAMESPACES, '--'],
  unsandboxed: [],
};

/** Waits for the display's number on stdin, then becomes the given program. */
const THEN_RUN = `read -r DISPLAY && export DISPLAY && exec "$@" </dev/null`;
/**
 * Shell script: activates the loopback of the network namespace, passes a listening socket to the parent
 * process, and then drops the capabilities that this needed. $0 is Node, $1 the script that listens. If
 * POLICIES is set, it is mounted over /etc/chromium in this mount namespace only.
 */
const IN_NAMESPACE = [
  'set -e',
  `if [ -n "$POLICIES" ]; then mount --bind "$POLICIES" /etc/chromium; fi`,
  'ip link set lo up',
  `"$0" "$1" ${PROXY_PORT} 3>&- 4>&-`,
  'shift',
  'unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE POLICIES',
  `exec ${IPC_FD}>&-`,
  THEN_RUN.replace('exec "$@"', 'exec setpriv --ambient-caps=-all --inh-caps=-all --no-new-privs -- "$@"'),
].join('\n');

/** Finds out which isolation this machine permits. Throws if it permits no sandbox and `allowUnsandboxed` is false. */
export async function findIsolation(allowUnsandboxed: boolean): Promise<Isolation> {
  try {
    await promisify(execFile)('unshare', [...NAMESPACES, '--keep-caps', 'ip', 'link', 'set', 'lo', 'up']);
    return 'sandboxed';
  } catch (error) {
    if (allowUnsandboxed) return 'unsandboxed';
    throw new UniCoreError(
      'LAUNCH_FAILED',
      `This machine refuses user namespaces, so Chromium's sandbox can't work (${messageOf(error)}). ` +
        'Remedy: in a container, use the seccomp profile agent/images/desktop/seccomp.json. On the machine itself, ' +
        'install util-linux and iproute2, and set kernel.unprivileged_userns_clone=1 and ' +
        'kernel.apparmor_restrict_unprivileged_userns=0 by sysctl, where the kernel has them. Or let desktops run ' +
        'without the sandbox: UNICORE_DESKTOP_SANDBOX=optional for the hub.',
    );
  }
}

/**
 * Returns the command that runs a program in this isolation. The program starts when one line with the display,
 * such as ":100", is written to its stdin.
 *
 * @param policies A folder that the program sees as /etc/chromium. If it is undefined, it sees the machine's.
 */
export function isolated(
  isolation: Isolation,
  command: readonly string[],
  policies: string | undefined,
): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
  if (isolation === 'unsandboxed') {
    return { command: 'sh', args: ['-c', THEN_RUN, 'sh', ...command], env: {} };
  }
  const mount = policies === undefined ? [] : ['--mount'];
  const script = ['sh', '-c', IN_NAMESPACE, process.execPath, PASS_LISTENER, ...command];
  return {
    command: 'unshare',
    args: [...NAMESPACES, ...mount, '--keep-caps', '--', ...script],
    env: { POLICIES: policies ?? '' },
  };
}

/**
 * Resolves with the listening socket from the program's network namespace. Resolves with undefined if the
 * program has exited before.
 */
export async function listenerOf(program: Program): Promise<Server | undefined> {
  const handed = new Promise<Server>((resolve) => {
    program.child.once('message', (_message, handle) => resolve(handle as Server));
  });
  return Promise.race([handed, program.exited.then(() => undefined)]);
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').slice(-1).join();
}
