/**
 * Compares values in Firestore's order. Values are ordered by type first. Strings are ordered by their UTF-8
 * bytes.
 */
import type { Value } from './messages.ts';

const KINDS = ['null', 'boolean', 'number', 'timestamp', 'string', 'array', 'map'] as const;
type Kind = (typeof KINDS)[number];

export function kindOf(value: Value): Kind {
  if ('nullValue' in value) return 'null';
  if ('booleanValue' in value) return 'boolean';
  if ('integerValue' in value || 'doubleValue' in value) return 'number';
  if ('timestampValue' in value) return 'timestamp';
  if ('stringValue' in value) return 'string';
  return 'arrayValue' in value ? 'array' : 'map';
}

/** Returns a negative number, zero or a positive number, as Array.sort expects. */
export function compareValues(a: Value, b: Value): number {
  const kinds = KINDS.indexOf(kindOf(a)) - KINDS.indexOf(kindOf(b));
  if (kinds !== 0) return kinds;
  if ('booleanValue' in a && 'booleanValue' in b) return Number(a.booleanValue) - Number(b.booleanValue);
  if ('stringValue' in a && 'stringValue' in b) return compareText(a.stringValue, b.stringValue);
  if ('timestampValue' in a && 'timestampValue' in b) {
    const seconds = Number(a.timestampValue.seconds) - Number(b.timestampValue.seconds);
    return seconds || a.timestampValue.nanos - b.timestampValue.nanos;
  }
  if ('arrayValue' in a && 'arrayValue' in b) return compareLists(a.arrayValue.values, b.arrayValue.values);
  if ('mapValue' in a && 'mapValue' in b)
    return compareText(JSON.stringify(a.mapValue), JSON.stringify(b.mapValue));
  return compareNumbers(a, b);
}

export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function compareLists(a: Value[], b: Value[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareValues(value, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareNumbers(a: Value, b: Value): number {
  if ('integerValue' in a && 'integerValue' in b) {
    const [left, right] = [BigInt(a.integerValue), BigInt(b.integerValue)];
    return left < right ? -1 : Number(left > right);
  }
  const [left, right] = [numberOf(a), numberOf(b)];
  return left < right ? -1 : Number(left > right);
}

function numberOf(value: Value): number {
  if ('integerValue' in value) return Number(value.integerValue);
  return 'doubleValue' in value ? value.doubleValue : 0;
}
