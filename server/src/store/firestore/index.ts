/** The Firestore store's public interface. */
export { openFirestoreStore } from './store.ts';
