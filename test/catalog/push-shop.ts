// A small catalog with channels as a test writes them.

export const shop = (channels: string, more = '') => `catalog: t
${more}
features:
  orders: { count: Order Completed }
segments:
  vip: orders > 3
offers:
  hi: { treatments: { app: { title: Hi } } }
placements:
  app: { channel: push, when: segment.vip }
channels:
${channels}`;

export const webhook = (keys: string) => shop(`  push: { webhook: { ${keys} } }`);
export const URL_KEY = 'url: https://push.example/send';
export const MAIL = 'from: a@b.c, to: "{{ traits.email }}", subject: S, text: T';
export const mail = (keys: string) => shop(`  push: { smtp: { ${keys} } }`);
