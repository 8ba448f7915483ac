// An offer in its place on the page, and what becomes of it: seen when half of it (or half of the window
// full of it) is visible, clicked when anything in it is.

import type { Decision, Offer } from '../answers.ts';
import { safely } from './local.ts';
import { offerNode } from './offer-node.ts';

/** Where offers of a placement go: an element, or a selector that finds it when there is an offer. */
export type Place = Element | string;
/** Makes what is shown; nothing = the offer is not shown. */
export type Template = (offer: Offer, decision: Decision) => Node | null | undefined;
export type Report = (event: 'Offer Viewed' | 'Offer Clicked') => void;

/** Puts an offer where it belongs. @returns whether it is there */
export function show(
  decision: Decision,
  place: Place,
  template: Template | undefined,
  report: Report,
): boolean {
  const offer = decision.offers[0];
  const parent = typeof place === 'string' ? document.querySelector(place) : place;
  if (offer === undefined || parent === null) return false;
  let node = safely(() => (template === undefined ? offerNode(offer) : template(offer, decision)));
  if (!node) return false;
  if (!(node instanceof Element)) {
    // Of a fragment nothing would be left to look at.
    const around = document.createElement('div');
    around.append(node);
    node = around;
  }
  parent.replaceChildren(node);
  node.addEventListener('click', () => report('Offer Clicked'));
  node.addEventListener('auxclick', (event) => {
    if ((event as MouseEvent).button === 1) report('Offer Clicked');
  });
  whenSeen(node as Element, () => report('Offer Viewed'));
  return true;
}

function whenSeen(node: Element, seen: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      const { intersectionRatio, intersectionRect } = entries.at(-1)!;
      if (intersectionRatio < 0.5 && intersectionRect.height < innerHeight / 2) return;
      observer.disconnect();
      seen();
    },
    { threshold: [0.1, 0.2, 0.3, 0.4, 0.5] },
  );
  observer.observe(node);
}
