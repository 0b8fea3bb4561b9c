/**
 * A shop for programs that drive a desktop: a form with a select, a frame of another origin, and a file to
 * download. No server has these pages, since a desktop reaches public servers only. The program answers its own
 * requests with them.
 */
export const SHOP = 'http://shop.example/';
const BANK = 'http://bank.example/';
export const REPORT = 'report.txt';

const FORM = `<!doctype html><title>Order</title>
<input id=colour><select id=size><option>small<option>large</select><a href=/report>report</a>
<iframe src="${BANK}"></iframe>
<button onclick="document.body.style.background = document.querySelector('#colour').value">send</button>`;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** Returns the answer to the request of this URL. */
export function answerTo(url: string): Answer {
  const html = (body: string) => ({ status: 200, contentType: 'text/html', body });
  if (url === SHOP) return html(FORM);
  if (url === BANK) return html('<input id=card>');
  if (url !== `${SHOP}report`) return { ...html(''), status: 404 };
  const headers = { 'Content-Disposition': `attachment; filename=${REPORT}` };
  return { status: 200, contentType: 'text/plain', headers, body: 'the report' };
}
