/**
 * Options of the only kind of container that the agent creates. It is hardened, and all options are fixed here: a hub
 * chooses only the VM's id, generation, size and image, and each is validated first.
 */
import { UniCoreError } from '@unicore/protocol';
import { SIZES } from '@unicore/protocol/control';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { VmSpec } from './runtime.ts';

export const LABEL = { vm: 'unicore.vm', gen: 'unicore.gen', provider: 'unicore.provider' } as const;

/** uid:gid of the VM's user. */
const USER = '1000:1000';
/** Mount point of the VM's volume. Only files in it outlive the container. */
const HOME = '/home/consumer';
/** The kernel's limit for a host name. */
const HOSTNAME_CHARS = 63;
/** Limit of processes and threads in a VM, against fork bombs. */
const PIDS_LIMIT = 512;
/** Open files of one process: enough for development tools, and within what most engines may grant. */
const OPEN_FILES = 8_192;
/** tmpfs mounts, which count as the VM's memory. /tmp allows execution, since build tools need it. */
const TMPFS = {
  '/tmp': 'rw,exec,nosuid,nodev,size=256m,mode=1777',
  '/run': 'rw,noexec,nosuid,nodev,size=16m,uid=1000,gid=1000,mode=755',
};
const SHM_BYTES = 64 * 2 ** 20;
/** If the whole machine runs out of memory, the kernel kills VMs before the owner's programs. */
const OOM_SCORE_ADJ = 500;
/** Grammar of image references: [registry/]repository[:tag][@digest], with lower-case paths. */
const IMAGE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

export function containerName(vmId: string, gen: number): string {
  return `unicore-${vmId}-g${gen}`;
}

export function volumeName(vmId: string): string {
  return `unicore-${vmId}`;
}

/** providerId: tells apart the containers of several agents on one engine. cores: CPU cores of the engine. */
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
    // The engine creates the volume if it does not exist. The label proves later that it belongs to this provider.
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

function parseImage(image: string): string {
  if (IMAGE.test(image)) return image;
  throw new UniCoreError(
    'BAD_REQUEST',
    `"${image}" is no image name. Write it like unicore/vm or debian:12.`,
  );
}
