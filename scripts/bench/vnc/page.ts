/** The page that the desktop shows during the benchmark. Keys change what it shows. */

/** Keysyms of the keys to which the page reacts. */
export const KEYS = {
  /** Switches the marker between its two colours. */
  mark: 'x'.charCodeAt(0),
  /** Starts an animation that changes every frame, until the same key stops it. */
  animate: 'a'.charCodeAt(0),
  still: 's'.charCodeAt(0),
} as const;

/** A point inside the marker, below the browser's own toolbars. */
export const MARKER = { x: 160, y: 300 } as const;

/** Points of the page with their first colours, as 0xrrggbb. When the screen shows all of them, the page is painted. */
export const PAINTED = [
  { ...MARKER, colour: 0x204080 },
  { x: 200, y: 640, colour: 0xc83232 },
  { x: 640, y: 640, colour: 0x32c832 },
  { x: 1080, y: 640, colour: 0x3232c8 },
] as const;

const [MARK, ...STRIPES] = PAINTED.map(({ colour }) => `#${colour.toString(16).padStart(6, '0')}`);
const HTML_OF_STRIPES = STRIPES.map(
  (colour, index) =>
    `<div style="left:${(index * 100) / 3}%;width:34%;top:440px;bottom:0;background:${colour}"></div>`,
).join('');

const HTML = `<!doctype html><title>bench</title>
<style>body{margin:0;background:#fff;overflow:hidden}div,canvas{position:absolute}</style>
${HTML_OF_STRIPES}
<div id=marker style="left:0;top:0;width:320px;height:320px;background:${MARK}"></div>
<canvas id=canvas width=640 height=360 style="left:480px;top:20px"></canvas>
<script>
const context = canvas.getContext('2d');
let [marks, picture, moves] = [0, 0, false];
function mark() { marker.style.background = ['${MARK}', '#c08020'][++marks % 2]; }
function draw() {
  const n = picture++;
  const sky = context.createLinearGradient(0, 0, 640, 360);
  sky.addColorStop(0, 'hsl(' + n * 7 % 360 + ' 60% 70%)');
  sky.addColorStop(1, 'hsl(' + (n * 7 + 90) % 360 + ' 60% 30%)');
  context.fillStyle = sky;
  context.fillRect(0, 0, 640, 360);
  for (let i = 0; i < 12; i++) {
    context.fillStyle = 'hsl(' + (i * 30 + n * 11) % 360 + ' 80% 50%)';
    context.beginPath();
    context.arc((i * 53 + n * 9) % 640, (i * 97 + n * 5) % 360, 20 + i * 2, 0, 7);
    context.fill();
  }
  context.fillStyle = '#fff';
  context.font = '16px sans-serif';
  for (let i = 0; i < 6; i++) context.fillText('Picture ' + n + ', line ' + i, 20 + i * 40, 40 + i * 50);
}
function move() { if (moves) { draw(); requestAnimationFrame(move); } }
addEventListener('keydown', ({ key }) => {
  if (key === 'x') mark();
  if (key === 's') moves = false;
  if (key === 'a' && !moves) { moves = true; requestAnimationFrame(move); }
});
</script>`;

export const PAGE_URL = `data:text/html;base64,${Buffer.from(HTML).toString('base64')}`;
