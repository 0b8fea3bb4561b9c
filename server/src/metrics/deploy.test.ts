/** The dashboard and the alerts in server/deploy use existing metrics, and the alerts say what to do. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { startTestApp, type TestApp } from '../testing/app.ts';

const file = (name: string) => readFileSync(new URL(`../../deploy/${name}`, import.meta.url), 'utf8');

const Dashboard = z.object({
  title: z.string(),
  uid: z.string(),
  panels: z
    .array(
      z.object({
        id: z.number(),
        title: z.string(),
        type: z.enum(['row', 'stat', 'timeseries']),
        gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        targets: z.array(z.object({ expr: z.string() })).default([]),
      }),
    )
    .min(1),
  templating: z.object({ list: z.array(z.object({ name: z.string(), query: z.string() })) }),
});

const Alert = z.object({
  alert: z.string().regex(/^UniCore[A-Za-z]+$/),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
  // The summary and the description of each alert must be whole sentences with a full stop.
  annotations: z.object({
    summary: z.string().regex(/^[A-Z{].{10,}\.$/),
    description: z.string().regex(/^.{60,}\.$/),
  }),
});
const Alerts = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(Alert).min(1) })) });

const dashboard = Dashboard.parse(JSON.parse(file('grafana-dashboard.json')));
const alerts = Alerts.parse(parse(file('alerts.yaml'))).groups.flatMap(({ rules }) => rules);
const asked = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.templating.list.map(({ name, query }) => [`variable ${name}`, query] as const),
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
];

describe('the dashboard and the alerts', () => {
  let hub: TestApp;
  let shown: string;

  beforeAll(async () => {
    hub = await startTestApp();
    shown = await (await fetch(`${hub.url}/metrics`)).text();
  });
  afterAll(() => hub.stop());

  test.each(asked)('%s: every metric that it uses is exposed by a running hub', (_, expr) => {
    const names = expr.match(/\b(unicore|process|nodejs)_[a-z0-9_]+/g) ?? [];
    for (const name of names) expect(known(name), name).toBe(true);
  });

  function known(name: string): boolean {
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const type = (of: string) => new RegExp(`^# TYPE ${of} (\\w+)$`, 'm').exec(shown)?.[1];
    return type(name) !== undefined || type(family) === 'histogram';
  }
});

test('no panel overlaps another, and each has a unique id', () => {
  const taken = new Set<string>();
  for (const { gridPos, title } of dashboard.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`), title).toBe(false);
        taken.add(`${x} ${y}`);
      }
    }
  }
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('each alert has a unique name', () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
});
