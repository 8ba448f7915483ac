// GET /v1/projects/{key}/settings: what Segment's browser SDK asks its CDN for. The answer sends
// the unmodified SDK's events back to the address that it asked (`cdnURL` is all it is told).

import type { HttpRequest } from 'uWebSockets.js';
import type { BodilessExchange } from './bodiless-exchange.ts';
import type { ExchangeHub } from './exchange-hub.ts';

/** A host name or address with an optional port; anything else is not echoed. */
const HOST = /^(?:[\w.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::\d{1,5})?$/;

/** Answers; a key that is not in force is 401. */
export function handleSettings(
  exchange: BodilessExchange,
  req: HttpRequest,
  hub: ExchangeHub,
): void {
  let secret: string;
  try {
    secret = decodeURIComponent(req.getParameter(0));
  } catch {
    exchange.refuse('unknown_key');
    return;
  }
  const host = req.getHeader('host');
  const apiHost = HOST.test(host) ? host : `${hub.parts.host}:${hub.parts.port}`;
  // TLS ends at a proxy, which says so.
  const protocol = req.getHeader('x-forwarded-proto') === 'https' ? 'https' : 'http';
  exchange.authorizeSecret(secret, 'send', () => {
    exchange.json(200, JSON.stringify(settingsOf(secret, `${apiHost}/v1`, protocol)));
  });
}

function settingsOf(apiKey: string, apiHost: string, protocol: string): object {
  const every = { __default: { enabled: true, integrations: {} } };
  return {
    integrations: {
      'Segment.io': {
        apiKey,
        apiHost,
        protocol,
        unbundledIntegrations: [],
        addBundledMetadata: false,
        maybeBundledConfigIds: {},
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: { track: every, identify: every, group: every },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
    autoInstrumentationSettings: { disableTraffic: true, sampleRate: 0 },
  };
}
