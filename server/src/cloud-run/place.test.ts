import { expect, test } from 'vitest';
import { parsePlaces, placeName, placeWithRoom } from './place.ts';

const TEXT = 'my-project/europe-west1:2, my-project/us-central1:1';

test('places are parsed in their order', () => {
  expect(parsePlaces(TEXT)).toEqual([
    { project: 'my-project', region: 'europe-west1', quota: 2 },
    { project: 'my-project', region: 'us-central1', quota: 1 },
  ]);
});

test.each([
  ['', 'PROJECT/REGION:QUOTA'],
  ['my-project/europe-west1', 'PROJECT/REGION:QUOTA'],
  ['my-project/europe-west1:0', 'PROJECT/REGION:QUOTA'],
  ['my-project/europe-west1:1,my-project/europe-west1:2', 'twice'],
])('"%s" is refused with the remedy', (text, words) => {
  expect(() => parsePlaces(text)).toThrow(words);
});

test('the first place with room is taken, and none if all are full', () => {
  const places = parsePlaces(TEXT);
  const [europe, us] = places;
  const used = new Map<string, number>();
  expect(placeWithRoom(places, used)).toBe(europe);
  used.set(placeName(europe!), 2);
  expect(placeWithRoom(places, used)).toBe(us);
  used.set(placeName(us!), 1);
  expect(placeWithRoom(places, used)).toBeUndefined();
});
