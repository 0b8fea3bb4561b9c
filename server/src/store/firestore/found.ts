/** A document as the store finds it. */
import type { protos } from '@google-cloud/firestore-api';
import type { Fields } from './values.ts';

type Time = protos.google.protobuf.ITimestamp;

export interface Found {
  id: string;
  fields: Fields;
  createTime: Time;
  /** Changes with each write. */
  updateTime: Time;
}
