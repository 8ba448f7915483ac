// What an offer looks like where the page has no template of its own. Whatever a treatment has is text:
// nothing of it becomes markup, no link runs a script, and looks are the page's (classes, no styles).

import type { Offer } from '../answers.ts';
import { perhaps } from './local.ts';

/** An element for an offer: its image, title, text and call to action, as a link where it has one. */
export function offerNode({ treatment }: Offer): HTMLElement {
  const first = (names: string): string => {
    const values = names.split(' ').map((name) => treatment[name]);
    return `${values.find((value) => /string|number/.test(typeof value)) ?? ''}`;
  };
  const url = webAddress(first('url link href'));
  const root = element(url ? 'a' : 'div', '');
  if (url) (root as HTMLAnchorElement).href = url;
  const image = webAddress(first('image image_url'));
  const title = first('title headline line');
  if (image) {
    const img = element('img', '-image') as HTMLImageElement;
    img.alt = first('alt') || title;
    img.src = image;
    root.append(img);
  }
  const part = (name: string, text: string) => text && root.append(element('span', name, text));
  part('-title', title);
  part('-text', first('text body description subtitle'));
  part('-action', first('cta button action'));
  return root;
}

function element(tag: string, part: string, textContent = ''): HTMLElement {
  const className = `proffer-offer${part}`;
  return Object.assign(document.createElement(tag), { className, textContent });
}

/** As the browser understands it; '' unless it leads to a web page. */
function webAddress(text: string): string {
  const url = perhaps(() => new URL(text, document.baseURI));
  return text && url && /^https?:$/.test(url.protocol) ? url.href : '';
}
