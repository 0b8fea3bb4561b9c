/** What is around every page. */
export { Layout } from './layout.tsx';
