/** Runs the queries that Firestore can answer without extra indexes. Refuses all other queries. */
import { status } from '@grpc/grpc-js';
import type { Document, Documents } from './documents.ts';
import type { StructuredQuery } from './messages.ts';
import { compareText, compareValues, kindOf } from './order.ts';
import { Refusal } from './refusal.ts';

type Filter = StructuredQuery['where'][number]['fieldFilter'];

const NAME = '__name__';

/** Runs the query. `parent` is the document or root that contains the collection. */
export function runQuery(documents: Documents, parent: string, query: StructuredQuery): Document[] {
  requireNoIndex(query);
  const filters = query.where.map(({ fieldFilter }) => fieldFilter);
  const order = orderOf(query);
  const found = [...documents.in(`${parent}/${query.from[0].collectionId}`)].filter(
    ({ fields }) =>
      filters.every((filter) => matches(fields[filter.field.fieldPath], filter)) &&
      order.every(({ fieldPath }) => fieldPath === NAME || fieldPath in fields),
  );
  found.sort((a, b) => {
    for (const { fieldPath, sign } of order) {
      const difference = compareBy(fieldPath, a, b);
      if (difference !== 0) return difference * sign;
    }
    return 0;
  });
  return found.slice(0, query.limit?.value);
}

/**
 * Returns the sort order of a query. The fields of `orderBy` come first. Without them, the field with a range
 * condition comes first. The document name comes last, in the same direction as the field before it.
 */
function orderOf({ orderBy, where }: StructuredQuery): { fieldPath: string; sign: 1 | -1 }[] {
  const order = orderBy.map(({ field, direction }) => ({
    fieldPath: field.fieldPath as string,
    sign: direction === 'ASCENDING' ? (1 as const) : (-1 as const),
  }));
  const range = where.find(({ fieldFilter }) => fieldFilter.op !== 'EQUAL')?.fieldFilter.field.fieldPath;
  if (order.length === 0 && range !== undefined) order.push({ fieldPath: range, sign: 1 });
  if (!order.some(({ fieldPath }) => fieldPath === NAME))
    order.push({ fieldPath: NAME, sign: order.at(-1)?.sign ?? 1 });
  return order;
}

function compareBy(fieldPath: string, a: Document, b: Document): number {
  if (fieldPath === NAME) return compareText(a.name, b.name);
  return compareValues(a.fields[fieldPath]!, b.fields[fieldPath]!);
}

function matches(value: Document['fields'][string] | undefined, { op, value: wanted }: Filter): boolean {
  if (value === undefined) return false;
  const order = compareValues(value, wanted);
  if (op === 'EQUAL') return order === 0;
  if (op === 'NOT_EQUAL') return order !== 0 && kindOf(value) !== 'null';
  // A range condition matches only values of the same type as its operand.
  if (kindOf(value) !== kindOf(wanted)) return false;
  if (op === 'LESS_THAN') return order < 0;
  if (op === 'LESS_THAN_OR_EQUAL') return order <= 0;
  return op === 'GREATER_THAN' ? order > 0 : order >= 0;
}

/**
 * Refuses queries that need an extra index. Firestore has one index per field. These indexes support equality
 * conditions on several fields, or range conditions and a sort order on one field.
 */
function requireNoIndex({ where, orderBy }: StructuredQuery): void {
  const filters = where.map(({ fieldFilter }) => fieldFilter);
  const equal = filters.filter(({ op }) => op === 'EQUAL');
  const ranged = new Set([
    ...filters.filter(({ op }) => op !== 'EQUAL').map(({ field }) => field.fieldPath),
    ...orderBy.map(({ field }) => field.fieldPath).filter((path) => path !== NAME),
  ]);
  if (ranged.size > 1 || (ranged.size === 1 && equal.length > 0))
    throw new Refusal(status.FAILED_PRECONDITION, 'The query requires an index.');
}
