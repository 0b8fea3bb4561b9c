/** What tests, and programs that test the whole system, use of the protocol beyond its public entry. */
export { type Field, FORM_BYTES, Form, LAYOUTS, maySend } from '../wire/index.ts';
export { joined, same, text } from './bytes.ts';
export { DEFLATERS } from './deflaters.ts';
export { SAMPLES } from './frame-samples.ts';
export { NEED_NODE } from './need-node.ts';
export { heardBy } from './transport.ts';
