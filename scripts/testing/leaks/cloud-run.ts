/** The jobs, executions and containers of a fake of Cloud Run. */
import type { CloudRunFake } from '@unicore/server/testing/cloud-run';
import type { Look } from './audit.ts';

/** The containers are those of the fake's ledger, which shows what is true, whatever the fake's answers say. */
export function cloudRun({ fake, ledger }: CloudRunFake): Look {
  return async () => [
    ...fake.jobs.map((job) => `job ${job}`),
    ...[...fake.executions.keys()].map((execution) => `execution ${execution}`),
    ...ledger.live().map(({ execution }) => `run ${execution}`),
  ];
}
