/**
 * Options of the containers that the agent creates. All these containers are hardened in the same way. A hub
 * chooses only the VM's id, generation, size and image, and each of these values is validated first.
 */
import { UniCoreError } from '@unicore/protocol';
import { SIZES } from '@unicore/protocol/control';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { VmSpec } from './runtime.ts';

/** The label with the id of the provider that created a container, a volume or a network. */
export const PROVIDER_LABEL = 'unicore.provider';
export const LABEL = { vm: 'unicore.vm', gen: 'unicore.gen', provider: PROVIDER_LABEL } as const;

/** User id and group id of the VM's user, as uid:gid. */
const USER = '1000:1000';
/** Mount point of the VM's volume. Only files in the volume outlive the container. */
const HOME = '/home/consumer';
/** Longest host name that the kernel accepts, in characters. */
const HOSTNAME_CHARS = 63;
/** Largest number of processes and threads in a VM. This limit stops fork bombs. */
const PIDS_LIMIT = 512;
/**
 * Largest number of open files of one process. It is enough for development tools, and low enough for the
 * limits of most Docker engines.
 */
const OPEN_FILES = 8_192;
/**
 * File systems in memory (tmpfs), which count as the VM's memory. /tmp allows execution, since build tools
 * need it.
 */
const TMPFS = {
  '/tmp': 'rw,exec,nosuid,nodev,size=256m,mode=1777',
  '/run': 'rw,noexec,nosuid,nodev,size=16m,uid=1000,gid=1000,mode=755',
};
const SHM_BYTES = 64 * 2 ** 20;
/** If the whole machine runs out of memory, the kernel kills VMs before the owner's programs. */
const OOM_SCORE_ADJ = 500;
/** Matches an image reference: [registry/]repository[:tag][@digest], with lower-case paths. */
const IMAGE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

export function containerName(vmId: string, gen: number): string {
  return `unicore-${vmId}-g${gen}`;
}

export function volumeName(vmId: string): string {
  return `unicore-${vmId}`;
}

/**
 * Returns the options for the container of a VM. providerId: distinguishes the containers of several agents
 * on one engine. cores: number of CPU cores of the engine.
 */
export function containerOptions(spec: VmSpec, providerId: string, cores: number): ContainerCreateOptions {
  return {
    name: containerName(spec.vmId, spec.gen),
    Image: parseImage(spec.image),
    Labels: { [LABEL.vm]: spec.vmId, [LABEL.gen]: String(spec.gen), [LABEL.provider]: providerId },
    Hostname: spec.vmId.slice(0, HOSTNAME_CHARS),
    User: USER,
    WorkingDir: HOME,
    Env: [`HOME=${HOME}`, 'LANG=C.UTF-8'],
    Entrypoint: ['sleep'],
    Cmd: ['infinity'],
    Tty: false,
    HostConfig: hostConfig(spec, providerId, cores),
  };
}

function hostConfig(
  spec: VmSpec,
  providerId: string,
  cores: number,
): HostConfig & { CgroupnsMode: 'private' } {
  const { cpu, memory } = SIZES[spec.size];
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    ReadonlyRootfs: true,
    Tmpfs: TMPFS,
    // The engine creates the volume if it does not exist. Later the label proves that this provider created
    // the volume.
    Mounts: [
      {
        Type: 'volume',
        Source: volumeName(spec.vmId),
        Target: HOME,
        VolumeOptions: {
          NoCopy: false,
          Labels: { [LABEL.vm]: spec.vmId, [LABEL.provider]: providerId },
          DriverConfig: { Name: 'local', Options: {} },
        },
      },
    ],
    NanoCpus: Math.min(cpu, cores) * 1e9,
    Memory: memory,
    MemorySwap: memory,
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
    NetworkMode: 'bridge',
    // The container has no log: its main process prints nothing, and a log could fill the disk.
    LogConfig: { Type: 'none', Config: {} },
  };
}

/** Returns the image's name if it is one. Otherwise throws BAD_REQUEST. */
export function parseImage(image: string): string {
  if (IMAGE.test(image)) return image;
  throw new UniCoreError(
    'BAD_REQUEST',
    `"${image}" is no image name. Write it like unicore/vm or debian:12.`,
  );
}
