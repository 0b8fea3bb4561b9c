/**
 * The places in which desktops may run. A place is a project and a region of Google Cloud, with the number of
 * desktops that may run there.
 */
import { UniCoreError } from '@unicore/protocol';

export interface Place {
  readonly project: string;
  readonly region: string;
  /** Maximum number of desktops that run in this place at the same time. */
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

/** Returns the name of a place for rows and messages, such as my-project/europe-west1. */
export function placeName({ project, region }: Pick<Place, 'project' | 'region'>): string {
  return `${project}/${region}`;
}

/** Returns the first place with room. `used` is the number of running desktops for each place's name. */
export function placeWithRoom(
  places: readonly Place[],
  used: ReadonlyMap<string, number>,
): Place | undefined {
  return places.find((place) => (used.get(placeName(place)) ?? 0) < place.quota);
}

/** Returns the name of a place in Google's API. */
export function locationOf({ project, region }: Pick<Place, 'project' | 'region'>): string {
  return `projects/${project}/locations/${region}`;
}
