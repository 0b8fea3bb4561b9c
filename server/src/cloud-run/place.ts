/** Places in which desktops may run: a project and a region of Google Cloud, and how many may run there. */
import { UniCoreError } from '@unicore/protocol';

export interface Place {
  readonly project: string;
  readonly region: string;
  /** The largest number of desktops that run here at once. */
  readonly quota: number;
}

const FORM = /^(?<project>[a-z][a-z0-9-]{4,28}[a-z0-9])\/(?<region>[a-z]+-[a-z]+\d+):(?<quota>[1-9]\d{0,3})$/;

/** Parses a list such as `my-project/europe-west1:500,my-project/us-central1:200`. */
export function parsePlaces(text: string): readonly Place[] {
  const places = text.split(',').map((part) => {
    const groups = FORM.exec(part.trim())?.groups;
    if (!groups)
      throw new UniCoreError(
        'BAD_REQUEST',
        `The place "${part.trim()}" must be PROJECT/REGION:QUOTA, such as my-project/europe-west1:500.`,
      );
    return { project: groups.project!, region: groups.region!, quota: Number(groups.quota) };
  });
  const names = places.map(placeName);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    throw new UniCoreError('BAD_REQUEST', `The place ${twice} is in the list twice. Name each place once.`);
  return places;
}

/** Returns the name of a place in rows and messages, such as my-project/europe-west1. */
export function placeName({ project, region }: Pick<Place, 'project' | 'region'>): string {
  return `${project}/${region}`;
}

/** Returns the first place with room. `used` maps the names of places to the desktops that they run. */
export function placeWithRoom(
  places: readonly Place[],
  used: ReadonlyMap<string, number>,
): Place | undefined {
  return places.find((place) => (used.get(placeName(place)) ?? 0) < place.quota);
}

/** Returns the name that Google's API has for a place. */
export function locationOf({ project, region }: Pick<Place, 'project' | 'region'>): string {
  return `projects/${project}/locations/${region}`;
}
