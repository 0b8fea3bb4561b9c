/**
 * Chooses a provider for a VM, or returns the reason why the VM must wait. This is a pure function of the
 * VM's requirements and the candidates.
 */
import { type Isolation, SIZES, type VmSize } from '@unicore/protocol/control';

/**
 * Overcommit factors. Most VMs are idle most of the time, so a provider accepts more VMs than its cores and
 * memory could serve at full load.
 */
const CPU_OVERCOMMIT = 8;
const MEMORY_OVERCOMMIT = 2;
const GIB = 2 ** 30;

export interface Candidate {
  providerId: string;
  name: string;
  runtime: 'docker' | 'process';
  isolation: Isolation;
  /** Region of the hub that the provider is connected to. */
  region: string | null;
  cores: number;
  memoryTotal: number;
  /** Sizes of the VMs that use the provider's capacity now. */
  load: VmSize[];
}

export interface Wish {
  size: VmSize;
  /** The region in which the VM must run, or null for any region. */
  region: string | null;
  /** The provider that has the VM's files. If it is given, the VM can run only on this provider. */
  pinned: { providerId: string; name: string } | undefined;
}

export type Placement<C extends Candidate = Candidate> = { candidate: C } | { reason: string };

/**
 * Chooses the VM's provider among the `candidates`, which are the reachable providers. The provider with the
 * largest free share of cores and memory wins. `joined` is 0 if no provider has joined the deployment yet.
 * The returned reason then says so.
 */
export function place<C extends Candidate>(
  wish: Wish,
  candidates: readonly C[],
  joined: number,
): Placement<C> {
  if (joined === 0) return { reason: 'No provider has joined this hub yet. It starts as soon as one has.' };
  const { pinned, region } = wish;
  const possible = pinned
    ? candidates.filter(({ providerId }) => providerId === pinned.providerId)
    : candidates.filter((candidate) => region === null || candidate.region === region);
  const there = region === null ? '' : ` in region ${region}`;
  if (possible.length === 0) {
    return {
      reason: pinned
        ? `Its files are on provider ${pinned.name}, which is not online. It starts when that is back.`
        : `No provider${there} is online. It starts as soon as one is.`,
    };
  }
  const [best] = possible
    .map((candidate) => ({ candidate, free: freeShare(candidate, wish.size) }))
    .filter(({ free }) => free >= 0)
    .sort((a, b) => b.free - a.free);
  if (best) return { candidate: best.candidate };
  const where = pinned ? `Provider ${pinned.name} has` : `No provider${there} has`;
  return {
    reason: `${where} ${pinned ? 'no ' : ''}room for ${describe(wish.size)}. It starts as soon as there is; a smaller VM, or stopping another, helps.`,
  };
}

/**
 * Returns the fraction of cores or memory, whichever is smaller, that would be free after adding the new VM.
 * A negative result means that the VM does not fit.
 */
function freeShare({ cores, memoryTotal, runtime, load }: Candidate, size: VmSize): number {
  const all = [...load, size];
  const cpu = all.reduce((sum, each) => sum + Math.min(SIZES[each].cpu, cores), 0) / (cores * CPU_OVERCOMMIT);
  // A provider with the runtime `process` runs VMs as plain processes without memory limits, so memory is not
  // counted.
  if (runtime === 'process') return 1 - cpu;
  const memory = all.reduce((sum, each) => sum + SIZES[each].memory, 0) / (memoryTotal * MEMORY_OVERCOMMIT);
  return 1 - Math.max(cpu, memory);
}

function describe(size: VmSize): string {
  const { cpu, memory } = SIZES[size];
  return `a ${size} VM (${cpu} ${cpu === 1 ? 'core' : 'cores'}, ${memory / GIB} GiB)`;
}
