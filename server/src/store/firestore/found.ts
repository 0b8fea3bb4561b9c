/** A Firestore document as it was read. */
import type { protos } from '@google-cloud/firestore-api';
import type { Fields } from './values.ts';

type Time = protos.google.protobuf.ITimestamp;

export interface Found {
  id: string;
  fields: Fields;
  createTime: Time;
  /** Version of the document: changes with each write. */
  updateTime: Time;
}
