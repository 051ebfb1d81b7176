// What others do to the mailbox: mail arrives, another client deletes, the server gives new UIDLs.

import type { Arrival, MailboxEvent } from './history.ts';
import { makeMessage } from './mail-message.ts';
import type { MailMessage, Recipe } from './mail-message.ts';
import type { World } from './world.ts';

const SIZE_CLASSES = 9;

export function applyEvent(world: World, event: MailboxEvent): void {
  world.census.note(`event ${event.kind}`);
  switch (event.kind) {
    case 'mail':
      for (const arrival of event.arrivals) arrive(world, arrival);
      return;
    case 'other-client':
      for (const pick of event.deletes) deleteAsOther(world, pick);
      return;
    case 'turnover':
      for (const message of world.server.messages.slice(event.but)) {
        if (message.uidl !== '') world.holds(message, newUidl(world));
      }
  }
}

function arrive(world: World, arrival: Arrival): void {
  const number = world.messages.length + 1;
  const other = at(arrival.kind === 'copy' ? world.messages : world.server.messages, arrival.of);
  const { sizeClass, shape } = arrival;
  const own: Recipe = { header: number, body: number, sizeClass, shape };
  const takesUidl = arrival.kind === 'reused-uidl' || arrival.kind === 'taken-uidl';
  const reused = takesUidl ? reusable(world, own, arrival) : undefined;
  const recipe = reused?.recipe ?? recipeOf(arrival, own, other);
  const message = makeMessage(`message ${number}`, recipe, '');
  message.trouble = arrival.trouble ? { ...arrival.trouble } : undefined;
  world.messages.push(message);
  world.server.messages.push(message);
  const uidl = reused?.uidl ?? uidlOf(world, arrival, other);
  if (uidl !== '') world.holds(message, uidl);
  const isNew = takesUidl ? !reused : !other && arrival.kind !== 'no-uidl';
  world.census.note(`mail ${isNew ? 'new' : arrival.kind}`);
  if (arrival.trouble)
    world.census.note(
      `trouble ${arrival.trouble.how} ${arrival.trouble.timesLeft === null ? 'for ever' : 'a few times'}`,
    );
}

function recipeOf({ kind }: Arrival, own: Recipe, other: MailMessage | undefined): Recipe {
  if (!other) return own;
  if (kind === 'copy' || kind === 'same-all') return other.recipe;
  return kind === 'header-twin' ? { ...other.recipe, body: own.body } : own;
}

function uidlOf(world: World, { kind }: Arrival, other: MailMessage | undefined): string {
  if (kind === 'no-uidl') return '';
  if (other && (kind === 'same-uidl' || kind === 'same-all')) return other.uidl;
  return newUidl(world);
}

/** A UIDL of which all messages are gone, and the size that one of them had, or one that none of them had. */
function reusable(
  world: World,
  own: Recipe,
  { kind, of }: Arrival,
): { uidl: string; recipe: Recipe } | undefined {
  const free = [...world.holders].filter(([, holders]) =>
    [...holders].every((one) => !world.server.has(one)),
  );
  const [uidl, holders] = at(free, of) ?? ['', new Set<MailMessage>()];
  if (uidl === '') return undefined;
  const taken = [...holders].map(({ recipe }) => recipe.sizeClass);
  const sizes = Array.from({ length: SIZE_CLASSES }, (_, step) => (own.sizeClass + step) % SIZE_CLASSES);
  const sizeClass =
    kind === 'taken-uidl' ? at(taken, own.sizeClass) : sizes.find((one) => !taken.includes(one));
  return sizeClass === undefined ? undefined : { uidl, recipe: { ...own, sizeClass } };
}

function deleteAsOther(world: World, pick: number): void {
  const message = at(world.server.messages, pick);
  if (!message) return;
  world.removedByOthers.add(message);
  world.server.messages = world.server.messages.filter((one) => one !== message);
}

function newUidl(world: World): string {
  return `u${world.holders.size + 1}`;
}

function at<T>(from: readonly T[], pick: number): T | undefined {
  return from.length === 0 ? undefined : from[pick % from.length];
}
