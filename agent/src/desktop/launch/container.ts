/**
 * Options of the containers of desktops. A hub chooses only the session, its image, scale and limits, and each of
 * these values is validated first.
 */
import type { DesktopRef } from '@unicore/protocol/control';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { PROVIDER_LABEL, parseImage } from '../../runtime/index.ts';
import { holdArguments } from '../holder/index.ts';
import type { LaunchOrder } from './launcher.ts';

export const LABEL = {
  session: 'unicore.session',
  attempt: 'unicore.attempt',
  provider: PROVIDER_LABEL,
} as const;

/** The label of an image with the HOLDER_VERSION of its holder. */
export const VERSION_LABEL = 'unicore.holder';

/** The command in the image that holds a desktop, and that joins a stream to its socket. */
export const COMMAND = 'unicore-desktop';
/**
 * The desktop's folder in the container. The image has this folder, with mode 0700: some engines give a tmpfs the
 * mode of the folder in the image, and not the mode in its options.
 */
export const FOLDER = '/desktop';

/** User id and group id of the desktop's user, as uid:gid. */
const USER = '10002:10002';
const CPUS = 2;
const MEMORY_BYTES = 4 * 2 ** 30;
/** Chromium keeps pictures of pages here. With Docker's default of 64 MiB, its tabs crash. */
const SHM_BYTES = 2 ** 30;
/** Largest number of processes and threads. A Chromium with many tabs has about a thousand threads. */
const PIDS_LIMIT = 4_096;
/** Largest number of open files of one process. */
const OPEN_FILES = 16_384;
/**
 * File systems in memory (tmpfs), which count as the desktop's memory. The rest of the container cannot be
 * written.
 */
const TMPFS = {
  '/tmp': 'rw,noexec,nosuid,nodev,size=512m,mode=1777',
  [FOLDER]: 'rw,noexec,nosuid,nodev,size=2g,uid=10002,gid=10002,mode=0700',
};
/** If the whole machine runs out of memory, the kernel kills desktops before the owner's programs. */
const OOM_SCORE_ADJ = 500;

/** Returns the labels that name one attempt of this provider. */
export function labelsOf({ sessionId, attempt }: DesktopRef, providerId: string): Record<string, string> {
  return { [LABEL.session]: sessionId, [LABEL.attempt]: String(attempt), [LABEL.provider]: providerId };
}

export function nameOf({ sessionId, attempt }: DesktopRef): string {
  return `unicore-desktop-${sessionId}-a${attempt}`;
}

/** cores: number of CPU cores of the engine. seccomp: the profile as JSON, which Chromium's own sandbox needs. */
export function containerOptions(
  order: LaunchOrder,
  { providerId, cores, seccomp }: { providerId: string; cores: number; seccomp: string },
): ContainerCreateOptions {
  return {
    name: nameOf(order),
    Image: parseImage(order.image),
    Labels: labelsOf(order, providerId),
    Hostname: 'desktop',
    User: USER,
    WorkingDir: FOLDER,
    Env: [`HOME=${FOLDER}`, 'LANG=C.UTF-8'],
    Entrypoint: [COMMAND],
    Cmd: holdArguments(FOLDER, order),
    Tty: false,
    HostConfig: hostConfig(cores, seccomp),
  };
}

/** Returns how the container of a desktop is locked up. */
export function hostConfig(cores: number, seccomp: string): HostConfig & { CgroupnsMode: 'private' } {
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', `seccomp=${seccomp}`],
    Privileged: false,
    ReadonlyRootfs: true,
    Tmpfs: TMPFS,
    NanoCpus: Math.min(CPUS, cores) * 1e9,
    Memory: MEMORY_BYTES,
    MemorySwap: MEMORY_BYTES,
    ShmSize: SHM_BYTES,
    PidsLimit: PIDS_LIMIT,
    OomScoreAdj: OOM_SCORE_ADJ,
    Ulimits: [
      { Name: 'nofile', Soft: OPEN_FILES, Hard: OPEN_FILES },
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    RestartPolicy: { Name: 'no' },
    Init: true,
    IpcMode: 'private',
    CgroupnsMode: 'private',
    // In a network of its own, Docker's name server would listen inside of the container.
    NetworkMode: 'bridge',
    // The last line of the log is the holder's last status. The limit keeps a log from filling the disk.
    LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
  };
}
