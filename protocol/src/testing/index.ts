/** What tests and fuzzers outside the protocol use of its insides. */
export { NEED_NODE } from '../../need-node.ts';
export { type Field, FORM_BYTES, Form, LAYOUTS } from '../codec-layout.ts';
export { SAMPLES } from '../codec-samples.ts';
export { maySend } from '../roles.ts';
