// An offer in its place on the page, and what becomes of it: seen when half of it (or half of the window
// full of it) is visible, clicked when anything in it is.

import type { Decision, Offer } from '../answers.ts';
import { safely, warn } from './local.ts';
import { offerNode } from './offer-node.ts';

/** Where offers of a placement go: an element, or a selector that finds it when there is an offer. */
export type Place = Element | string;
/** Makes what is shown; nothing = the offer is not shown. */
export type Template = (offer: Offer, decision: Decision) => Node | null | undefined;
export type Report = (event: 'Offer Viewed' | 'Offer Clicked') => void;

/** Puts an offer where it belongs. @returns what is there now; null = it is not shown */
export function show(
  decision: Decision,
  place: Place,
  template: Template | undefined,
  report: Report,
): Element | null {
  const [offer] = decision.offers;
  if (offer === undefined) return null;
  const parent = typeof place === 'string' ? safely(() => document.querySelector(place)) : place;
  if (!parent) {
    warn({ code: 'no_element', message: `Nothing is ${place}` });
    return null;
  }
  let node = safely(() => (template === undefined ? offerNode(offer) : template(offer, decision)));
  if (!node) return null;
  if (!(node instanceof Element)) {
    // Of a fragment nothing would be left to look at.
    const around = document.createElement('div');
    around.append(node);
    node = around;
  }
  parent.replaceChildren(node);
  for (const click of ['click', 'auxclick']) {
    // Of the right button it opens a menu.
    node.addEventListener(click, (event) => {
      if ((event as MouseEvent).button < 2) report('Offer Clicked');
    });
  }
  whenSeen(node as Element, () => report('Offer Viewed'));
  return node as Element;
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
