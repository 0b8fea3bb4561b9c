/** The frame around every page. */
export { Layout } from './layout.tsx';
