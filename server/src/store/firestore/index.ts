/** What the outside may use of the store on Firestore. */
export { openFirestoreStore } from './store.ts';
