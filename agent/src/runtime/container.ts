/**
 * The one container that this agent makes: hardened, and built from an allowlist. Of what a hub says, only the VM's
 * id, generation, size and image get here, and each is parsed first.
 */
import { UniCoreError } from '@unicore/protocol';
import { SIZES } from '@unicore/protocol/control';
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import type { VmSpec } from './runtime.ts';

export const LABEL = { vm: 'unicore.vm', gen: 'unicore.gen', provider: 'unicore.provider' } as const;

/** The user inside, and the only place whose content outlives the container. */
const USER = '1000:1000';
const HOME = '/home/consumer';
/** The kernel's limit. */
const HOSTNAME_CHARS = 63;
/** Programs that a VM may run at once; a fork bomb ends here. */
const PIDS_LIMIT = 512;
/** Open files of one process: enough for development tools, and no more than what modest engines may give. */
const OPEN_FILES = 8_192;
/** In memory, so they count against the VM's memory too. Programs may be run from /tmp: build tools do. */
const TMPFS = {
  '/tmp': 'rw,exec,nosuid,nodev,size=256m,mode=1777',
  '/run': 'rw,noexec,nosuid,nodev,size=16m,uid=1000,gid=1000,mode=755',
};
const SHM_BYTES = 64 * 2 ** 20;
/** When the machine itself runs out of memory, a VM goes before what belongs to the owner. */
const OOM_SCORE_ADJ = 500;
/** repository[:tag][@digest], with an optional registry: the grammar of image references, in lower case paths. */
const IMAGE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

export function containerName(vmId: string, gen: number): string {
  return `unicore-${vmId}-g${gen}`;
}

export function volumeName(vmId: string): string {
  return `unicore-${vmId}`;
}

/** providerId tells the containers of several agents at one engine apart; cores: what the engine has. */
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
    // Made by the engine where it is missing; the label says whose it is when it is to be removed.
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
    // The main process says nothing, and what is not kept cannot fill the disk.
    LogConfig: { Type: 'none', Config: {} },
  };
}

function parseImage(image: string): string {
  if (IMAGE.test(image)) return image;
  throw new UniCoreError(
    'BAD_REQUEST',
    `"${image}" is no name of an image. Write it like unicore/vm or debian:12.`,
  );
}
