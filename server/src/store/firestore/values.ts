/** Converts between Firestore's field values and the plain values in rows. */
import type { protos } from '@google-cloud/firestore-api';

type Value = protos.google.firestore.v1.IValue;
export type Fields = Record<string, unknown>;

export function encodeFields(fields: Fields): Record<string, Value> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, encode(value)]));
}

export function decodeFields(fields: Record<string, Value> | null | undefined): Fields {
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, decode(value)]));
}

export function encode(value: unknown): Value {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { integerValue: value } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(encode) } };
  throw new TypeError(`A row cannot have the value ${String(value)}.`);
}

/** Returns undefined for a type that no row uses. The row's schema then refuses the value. */
function decode(value: Value): unknown {
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (typeof value.booleanValue === 'boolean') return value.booleanValue;
  if (value.integerValue != null) return Number(value.integerValue);
  if (typeof value.doubleValue === 'number') return value.doubleValue;
  if (value.arrayValue != null) return (value.arrayValue.values ?? []).map(decode);
  return value.nullValue != null ? null : undefined;
}
