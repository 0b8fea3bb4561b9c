/**
 * Schemas of the Firestore requests that the fake server supports. An unsupported field causes an error that
 * names the field.
 */
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** A protobuf timestamp. Both fields have defaults, because protobuf omits fields that are zero. */
export const Time = z.strictObject({ seconds: z.coerce.string().default('0'), nanos: z.number().default(0) });
export type Time = z.infer<typeof Time>;

const Plain = z.union([
  z.strictObject({ nullValue: z.string() }),
  z.strictObject({ booleanValue: z.boolean() }),
  z.strictObject({ integerValue: z.string() }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ timestampValue: Time }),
  z.strictObject({ stringValue: z.string() }),
]);
export type Value =
  | z.infer<typeof Plain>
  | { arrayValue: { values: Value[] } }
  | { mapValue: { fields: Record<string, Value> } };
export const Value: z.ZodType<Value> = z.lazy(() =>
  z.union([
    Plain,
    z.strictObject({ arrayValue: z.strictObject({ values: z.array(Value).default([]) }) }),
    z.strictObject({ mapValue: z.strictObject({ fields: z.record(z.string(), Value).default({}) }) }),
  ]),
);
export const Fields = z.record(z.string(), Value);
export type Fields = z.infer<typeof Fields>;

export const Precondition = z.union([
  z.strictObject({ exists: z.boolean() }),
  z.strictObject({ updateTime: Time }),
]);
export type Precondition = z.infer<typeof Precondition>;

/** The name of a top-level field. Paths into a map are not supported. */
const FieldName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

const Update = z.strictObject({
  update: z.strictObject({ name: z.string(), fields: Fields.default({}) }),
  updateMask: z.strictObject({ fieldPaths: z.array(FieldName).default([]) }).optional(),
  updateTransforms: z
    .array(z.strictObject({ fieldPath: FieldName, setToServerValue: z.literal('REQUEST_TIME') }))
    .default([]),
  currentDocument: Precondition.optional(),
});
const Delete = z.strictObject({ delete: z.string(), currentDocument: Precondition.optional() });
export const Write = z.union([Update, Delete]);
export type Write = z.infer<typeof Write>;

const FieldRef = z.strictObject({ fieldPath: z.union([FieldName, z.literal('__name__')]) });
export const OPERATORS = [
  'EQUAL',
  'NOT_EQUAL',
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
] as const;
const FieldFilter = z.strictObject({
  fieldFilter: z.strictObject({
    field: z.strictObject({ fieldPath: FieldName }),
    op: z.enum(OPERATORS),
    value: Value,
  }),
});
const Where = z.union([
  FieldFilter.transform((filter) => [filter]),
  z
    .strictObject({
      compositeFilter: z.strictObject({ op: z.literal('AND'), filters: z.array(FieldFilter).default([]) }),
    })
    .transform(({ compositeFilter }) => compositeFilter.filters),
]);
export const StructuredQuery = z.strictObject({
  from: z.tuple([z.strictObject({ collectionId: z.string() })]),
  where: Where.default([]),
  orderBy: z
    .array(
      z.strictObject({
        field: FieldRef,
        direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING'),
      }),
    )
    .default([]),
  limit: z.strictObject({ value: z.number() }).optional(),
});
export type StructuredQuery = z.infer<typeof StructuredQuery>;

const TransactionId = z.instanceof(Buffer).transform((id) => id.toString('hex'));
const NewTransaction = z.strictObject({
  readWrite: z.strictObject({ retryTransaction: z.instanceof(Buffer).optional() }),
});

export const BatchGet = z.strictObject({
  database: z.string(),
  documents: z.array(z.string()).default([]),
  transaction: TransactionId.optional(),
  newTransaction: NewTransaction.optional(),
});
export const RunQuery = z.strictObject({
  parent: z.string(),
  structuredQuery: StructuredQuery,
  transaction: TransactionId.optional(),
  newTransaction: NewTransaction.optional(),
});
export const Commit = z.strictObject({
  database: z.string(),
  writes: z.array(Write).default([]),
  transaction: TransactionId.optional(),
});
export const BeginTransaction = z.strictObject({ database: z.string(), options: NewTransaction.optional() });
export const Rollback = z.strictObject({ database: z.string(), transaction: TransactionId });

export function parse<T extends z.ZodType>(message: T, method: string, request: unknown): z.output<T> {
  const parsed = message.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new Refusal(
    status.UNIMPLEMENTED,
    `The Firestore fake does not support this ${method}:\n${z.prettifyError(parsed.error)}`,
  );
}
