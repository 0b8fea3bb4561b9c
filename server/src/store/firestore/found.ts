/** A Firestore document, as the store has read it. */
import type { protos } from '@google-cloud/firestore-api';
import type { Fields } from './values.ts';

type Time = protos.google.protobuf.ITimestamp;

export interface Found {
  id: string;
  fields: Fields;
  createTime: Time;
  /** The version of the document. It changes with each write. */
  updateTime: Time;
}
