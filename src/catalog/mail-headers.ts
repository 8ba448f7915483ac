// Headers of a mail beside those that Proffer and the library set, such as `List-Unsubscribe`: texts with
// templates.

import { HEADER_NAME, HEADERS_MAX } from './channel-headers.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';

/** What has a key of its own, is of the transport, or would name more recipients. */
const OWN =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|x-entity-ref-id|mime-version|content-.*|return-path|received|dkim-signature|resent-.*)$/i;

/** Tells what cannot be a header. A line break that a template puts in is made a space when sending. */
export function checkMailHeaders(node: Located | undefined, faults: FaultList): void {
  const known = new Set<string>();
  for (const [name, at] of node?.entries ?? []) {
    const why = whyNot(name, known);
    if (why !== null) faults.at(at, why, { found: name, offset: at.keyOffset });
    else if (/[\r\n]/.test(String(at.value))) {
      faults.at(at, `${quote(at.value)} cannot stand in a header: it has a line break`);
    }
    known.add(name.toLowerCase());
  }
}

function whyNot(name: string, known: ReadonlySet<string>): string | null {
  if (!HEADER_NAME.test(name)) return `${quote(name)} is no name of a header`;
  if (/^reply-to$/i.test(name)) return 'who is answered stands in `reply_to`';
  if (OWN.test(name)) return `"${name}" cannot be set here: keys of their own or Proffer set it`;
  if (known.has(name.toLowerCase())) return `the header "${name}" is there twice`;
  return known.size >= HEADERS_MAX ? `more than ${HEADERS_MAX} headers` : null;
}
