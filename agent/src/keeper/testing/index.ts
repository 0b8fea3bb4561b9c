export { Consumer } from './consumer.ts';
