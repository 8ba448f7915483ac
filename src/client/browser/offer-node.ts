// What an offer looks like where the page has no template of its own. Whatever a treatment has is text:
// nothing of it becomes markup, no link runs a script, and looks are the page's (classes, no styles).

import type { Offer } from '../answers.ts';

/** An element for an offer: its image, title, text and call to action, as a link where it has one. */
export function offerNode({ treatment }: Offer): HTMLElement {
  const first = (names: string): string => {
    const values = names.split(' ').map((name) => treatment[name]);
    return `${values.find((value) => /string|number/.test(typeof value)) ?? ''}`;
  };
  const url = webAddress(first('url link href'));
  const root = element(url === '' ? 'div' : 'a', '');
  if (url !== '') root.setAttribute('href', url);
  const image = webAddress(first('image image_url'));
  const title = first('title headline line');
  if (image !== '') {
    const img = element('img', '-image');
    img.setAttribute('alt', first('alt') || title);
    img.setAttribute('src', image);
    root.append(img);
  }
  for (const [part, text] of [
    ['-title', title],
    ['-text', first('text body description subtitle')],
    ['-action', first('cta button action')],
  ] as const) {
    if (text !== '') root.append(element('span', part, text));
  }
  return root;
}

function element(tag: string, part: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = `proffer-offer${part}`;
  made.textContent = text;
  return made;
}

/** As the browser understands it; '' unless it leads to a web page. */
function webAddress(text: string): string {
  try {
    const url = new URL(text, document.baseURI);
    return text !== '' && /^https?:$/.test(url.protocol) ? url.href : '';
  } catch {
    return '';
  }
}
