// /v1/proffer.js: `<script src="https://host/v1/proffer.js" data-key="…" async></script>` makes the
// global `proffer`. Before it is there the page may use a list: `(window.proffer ||= []).push(fn)`.

import { Proffer } from './proffer.ts';

type Queued = readonly ((proffer: Proffer) => unknown)[];
const page = window as unknown as { proffer?: Proffer | Queued; Proffer: typeof Proffer };

const { src, dataset } = document.currentScript as HTMLScriptElement;
page.Proffer = Proffer;
if (!(page.proffer instanceof Proffer)) {
  const waiting = page.proffer;
  const endpoint = dataset.endpoint ?? new URL(src).origin;
  const proffer = new Proffer({
    // Without one the service says so, with the first call.
    key: dataset.key ?? '',
    endpoint,
  });
  page.proffer = proffer;
  if (Array.isArray(waiting)) proffer.push(...(waiting as Queued));
}
