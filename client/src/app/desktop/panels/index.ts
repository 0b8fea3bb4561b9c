/** What the page shows without a picture: how a desktop starts, how it ended, and what it cost. */
export { EndedPanel } from './ended-panel.tsx';
export { EndingPanel } from './ending-panel.tsx';
export { ReceiptList } from './receipt-list.tsx';
export { StartPanel } from './start-panel.tsx';
export { StartingPanel } from './starting-panel.tsx';
