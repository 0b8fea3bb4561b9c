/**
 * Benchmark suite: the cost of sending real programs' terminal output to a consumer. The suite counts
 * messages and bytes. The bytes are compared with those of permessage-deflate.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { install, mayInstall, missing } from '../../check/debian.ts';
import { median, sum } from '../../lib/stats.ts';
import { Child } from '../../testing/processes/child.ts';
import type { ProviderCalls } from '../carriers/unicore/provider.ts';
import type { HubCalls } from '../carriers/unicore/relay-hub.ts';
import { NEEDS, type Program, programs } from '../deflate/programs.ts';
import type { Received, ReceiverCalls } from '../deflate/received.ts';
import { record } from '../deflate/record.ts';
import { digestOf, type Recording, save, sizeOf } from '../deflate/recording.ts';
import type { ReferenceCalls } from '../deflate/reference-server.ts';
import type { Options } from '../lib/options.ts';
import { atMost, paired, type Result } from '../lib/result.ts';

const PERMESSAGE_DEFLATE = 'permessage-deflate';
/** Goal: compression saves at least this many per cent of the bytes of all recorded terminal output. */
const SAVED_GOAL = 88;

interface Recorded {
  readonly program: Program;
  readonly recording: Recording;
  readonly size: number;
  readonly digest: string;
  /** Size of the recorded terminal output if it is compressed as a whole, bytes. */
  readonly bound: number;
}

/**
 * What the transfer of each recorded terminal output cost in one repetition, for UniCore and for
 * permessage-deflate.
 */
interface Rep {
  readonly ours: readonly Received[];
  readonly reference: readonly Received[];
}

export async function deflate(options: Options): Promise<Result[]> {
  const lacking = await missing(NEEDS);
  if (lacking.length > 0 && mayInstall()) await install(lacking);
  const folder = mkdtempSync(join(tmpdir(), 'unicore-bench-deflate-'));
  try {
    const home = join(folder, 'home');
    mkdirSync(home);
    options.progress('deflate: recording');
    const recorded = await Promise.all(
      programs(home).map(async (program): Promise<Recorded> => {
        const recording = await record(program, home);
        const bound = deflateRawSync(Buffer.concat(recording.map(({ bytes }) => bytes)), { level: 9 }).length;
        return { program, recording, size: sizeOf(recording), digest: digestOf(recording), bound };
      }),
    );
    const files = recorded.map(({ recording }, index) => {
      const file = join(folder, `${index}.json`);
      save(file, recording);
      return file;
    });
    return results(recorded, await replayAll(recorded, files, options));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function replayAll(
  recorded: readonly Recorded[],
  files: readonly string[],
  { reps, progress, cpuProf }: Options,
): Promise<Rep[]> {
  const hub = new Child<HubCalls>({ script: 'carriers/unicore/relay-hub.ts', cpuProf });
  const port = await hub.call.port();
  const far = new Child<ProviderCalls>({ script: 'deflate/ours-far.ts', args: [port, ...files], cpuProf });
  await far.call.ready();
  const near = new Child<ReceiverCalls>({ script: 'deflate/ours-near.ts', args: [port], cpuProf });
  const server = new Child<ReferenceCalls>({ script: 'deflate/reference-server.ts', args: files });
  const referencePort = await server.call.port();
  const reference = new Child<ReceiverCalls>({ script: 'deflate/reference-near.ts', args: [referencePort] });
  try {
    const all: Rep[] = [];
    for (let rep = 1; rep <= reps; rep++) {
      // All recorded terminal outputs are sent at the same time, because they contain long pauses. They may
      // slow each other down, but this suite counts bytes, not time.
      const receive = ({ call }: typeof near) =>
        Promise.all(recorded.map(({ size }, index) => call.receive(index, size)));
      const [ours, theirs] = await Promise.all([receive(near), receive(reference)]);
      for (const received of [ours, theirs]) check(recorded, received);
      all.push({ ours, reference: theirs });
      progress(`deflate: ${rep} of ${reps}`);
    }
    return all;
  } finally {
    for (const child of [near, reference, far, server, hub]) await child.stop();
  }
}

function check(recorded: readonly Recorded[], received: readonly Received[]): void {
  for (const [index, { program, digest }] of recorded.entries()) {
    if (received[index]!.digest !== digest) throw new Error(`${program.name} arrived changed`);
  }
}

function results(recorded: readonly Recorded[], reps: readonly Rep[]): Result[] {
  const indexes = [...recorded.keys()];
  const floods = indexes.filter((index) => recorded[index]!.program.flood);
  return [
    saved('saved in all', indexes, recorded, reps, true),
    ...indexes.map((index) =>
      saved(`saved, ${recorded[index]!.program.name}`, [index], recorded, reps, false),
    ),
    paired({
      name: 'messages of floods',
      unit: 'messages',
      ours: reps.map(({ ours }) => sum(floods.map((index) => ours[index]!.messages))),
      reference: {
        name: 'one for each PTY read',
        values: reps.map(() => sum(floods.map((index) => recorded[index]!.recording.length))),
      },
      goal: atMost(0.05),
    }),
  ];
}

/** Computes how many per cent of the bytes of recorded terminal output compression saved. */
function saved(
  name: string,
  indexes: readonly number[],
  recorded: readonly Recorded[],
  reps: readonly Rep[],
  counts: boolean,
): Result {
  const raw = sum(indexes.map((index) => recorded[index]!.size));
  const share = (all: readonly Received[]) => 100 * (1 - sum(indexes.map((index) => all[index]!.wire)) / raw);
  const ours = reps.map((rep) => share(rep.ours));
  const reference = reps.map((rep) => share(rep.reference));
  const ratios = reps.map((_, index) => ours[index]! / reference[index]!);
  return {
    name,
    value: median(ours),
    unit: '%',
    reference: { name: PERMESSAGE_DEFLATE, value: median(reference) },
    ratio: median(ratios),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    goal: counts ? `≥ ${SAVED_GOAL} % and ≥ 1.00 ×` : '',
    ok: !counts || (median(ours) >= SAVED_GOAL && median(ratios) >= 1),
    more: {
      'raw bytes': raw,
      // No use of deflate can save more than this: each recorded terminal output is one deflate stream,
      // without frames and without support for lost connections.
      'deflate -9 of the whole, %': 100 * (1 - sum(indexes.map((index) => recorded[index]!.bound)) / raw),
    },
  };
}
