/** The public interface of the Firestore store. */
export { openFirestoreStore } from './store.ts';
