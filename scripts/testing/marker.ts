/** A page of nine coloured fields in the desktop. Its colours, which differ each time, prove what UniCore's page shows. */
import { expect } from 'vitest';
import { areAlike, type Colour, type DesktopPage } from './desktop-page.ts';

const FIELDS = 9;

/** Shows a new marker in the desktop, and sees it on UniCore's page. Returns its colours. */
export async function showMarker(desktop: DesktopPage): Promise<Colour[]> {
  const colours = Array.from({ length: FIELDS }, colour);
  await desktop.visit(`marker ${Math.random()}`, markerOf(colours));
  await seesMarker(desktop, colours);
  return colours;
}

/** Resolves when UniCore's page shows these colours in the middles of the nine fields. */
export async function seesMarker(desktop: DesktopPage, colours: readonly Colour[]): Promise<void> {
  const points = await middles(desktop);
  await expect
    .poll(async () => {
      const seen = await desktop.colours(points);
      return areAlike(seen, colours) ? 'the marker' : seen;
    })
    .toBe('the marker');
}

const colour = (): Colour => [0, 0, 0].map(() => Math.floor(Math.random() * 256)) as unknown as Colour;

function markerOf(colours: readonly Colour[]): string {
  const style = 'body{margin:0;display:grid;grid:repeat(3,1fr)/repeat(3,1fr);height:100vh}';
  const field = (one: Colour): string => `<i style=background:rgb(${one.join()})></i>`;
  return `<style>${style}</style>${colours.map(field).join('')}`;
}

async function middles(desktop: DesktopPage): Promise<{ x: number; y: number }[]> {
  const tab = await desktop.tab();
  const { width, height, top } = await tab.evaluate(() => ({
    width: window.innerWidth,
    height: window.innerHeight,
    top: window.outerHeight - window.innerHeight,
  }));
  return Array.from({ length: FIELDS }, (_, i) => ({
    x: Math.round((((i % 3) + 0.5) / 3) * width),
    y: Math.round(top + ((Math.floor(i / 3) + 0.5) / 3) * height),
  }));
}
