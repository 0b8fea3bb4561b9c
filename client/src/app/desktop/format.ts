/** Formats times and money of desktops for display. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Shorter times than this are shown with tenths of a second, ms. */
const TENTHS_BELOW = 10 * SECOND;
/** A countdown shows seconds if less time than this is left, ms. */
const SECONDS_BELOW = 10 * MINUTE;
const CENT = 0.01;

/** Formats a duration, for example '1.4 s', '42 s', '12 min 30 s' or '2 h 5 min'. */
export function duration(ms: number): string {
  const passed = Math.max(0, ms);
  if (passed < TENTHS_BELOW) return `${(Math.floor(passed / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(passed / SECOND);
  if (passed < MINUTE) return `${seconds} s`;
  if (passed < HOUR) return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  return joined(Math.floor(passed / HOUR), 'h', Math.floor((passed % HOUR) / MINUTE), 'min');
}

/** Formats the remaining time, for example '1 h 5 min', '42 min' or '4:09'. */
export function countdown(ms: number): string {
  const left = Math.max(0, ms);
  const minutes = Math.ceil(left / MINUTE);
  if (minutes >= 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  if (left >= SECONDS_BELOW) return `${minutes} min`;
  const seconds = Math.floor(left / SECOND);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Formats an amount of dollars. Amounts below a dollar have more digits, because desktops are cheap. */
export function dollars(amount: number): string {
  if (amount <= 0) return '$0';
  if (amount < CENT) return `$${amount.toFixed(4)}`;
  return `$${amount.toFixed(amount < 1 ? 3 : 2)}`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
