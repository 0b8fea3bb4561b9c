/**
 * A fake Firestore server for tests and for clusters on one machine. It implements Google's protocol with
 * atomic commits, preconditions and optimistic transactions. An unsupported call fails with UNIMPLEMENTED.
 */
import { createRequire } from 'node:module';
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { Faults, type Method } from './faults.ts';
import { DocumentFile } from './file.ts';
import { type Bill, Ledger } from './ledger.ts';
import { Refusal } from './refusal.ts';
import { Service } from './service.ts';

/** Maximum size of a request, in bytes. Firestore accepts up to 10 MiB. */
const MAX_MESSAGE = 10 * 1024 * 1024;

export interface FakeOptions {
  /** The port to listen on. With 0 the system chooses a free port. */
  port?: number;
  host?: string;
  /** The file in which the documents are saved. */
  file?: string | undefined;
}

export interface FirestoreFake {
  /** The address as HOST:PORT, the format of FIRESTORE_EMULATOR_HOST. */
  readonly address: string;
  readonly faults: Faults;
  /** Number of transactions that are neither committed nor rolled back. */
  readonly openTransactions: number;
  /** Returns the operations that Firestore would have billed since the previous call of `bill()`. */
  bill(): Bill;
  close(): Promise<void>;
}

export async function startFirestoreFake(options: FakeOptions = {}): Promise<FirestoreFake> {
  const { port = 0, host = '127.0.0.1', file } = options;
  const kept = new DocumentFile(file);
  const ledger = new Ledger();
  const faults = new Faults();
  const service = new Service({ documents: kept.documents, ledger, changed: () => kept.changed() });
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE });
  server.addService(definition(), handlersOf(service, faults));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, got) =>
      error ? reject(error) : resolve(got),
    );
  });
  return {
    address: `${host}:${bound}`,
    faults,
    get openTransactions() {
      return service.openTransactions;
    },
    bill: () => ledger.take(),
    async close() {
      server.forceShutdown();
      kept.save();
    },
  };
}

function definition() {
  const protos = createRequire(import.meta.url)('@google-cloud/firestore-api/protos/protos.json');
  const loaded = loadPackageDefinition(fromJSON(protos, { longs: String, enums: String }));
  const google = loaded.google as unknown as {
    firestore: { v1: { Firestore: ServiceClientConstructor } };
  };
  return google.firestore.v1.Firestore.service;
}

function handlersOf(service: Service, faults: Faults): UntypedServiceImplementation {
  const carryOut = async (method: Method, request: unknown): Promise<object[]> => {
    let answers: object[] = [];
    await faults.around(method, () => {
      answers = service.answer[method](request);
    });
    return answers;
  };
  const streamed =
    (method: Method): handleServerStreamingCall<unknown, object> =>
    (call) => {
      carryOut(method, call.request).then(
        (answers) => {
          for (const answer of answers) call.write(answer);
          call.end();
        },
        (error: unknown) => call.emit('error', statusOf(error)),
      );
    };
  const single =
    (method: Method): handleUnaryCall<unknown, object> =>
    ({ request }, callback) => {
      carryOut(method, request).then(
        ([answer]) => callback(null, answer!),
        (error: unknown) => callback(statusOf(error)),
      );
    };
  return {
    BatchGetDocuments: streamed('BatchGetDocuments'),
    RunQuery: streamed('RunQuery'),
    Commit: single('Commit'),
    BeginTransaction: single('BeginTransaction'),
    Rollback: single('Rollback'),
  };
}

function statusOf(error: unknown): { code: status; details: string } {
  if (error instanceof Refusal) return { code: error.code, details: error.message };
  return { code: status.INTERNAL, details: String((error as Error).stack ?? error) };
}
