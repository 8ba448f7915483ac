// Which addresses a webhook may go to: those of the open Internet. Whoever writes a catalog, or a DNS
// server, must not be able to have requests sent to what is reachable from here alone (SSRF).

import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Whether an address is of the open Internet: not loopback, private, link-local, unique-local, shared by
 * carriers, multicast, reserved, unspecified; nor one of IPv6 that stands for one of IPv4 (mapped, NAT64,
 * 6to4, Teredo), which might be one of those.
 */
export function isPublicAddress(address: string): boolean {
  // A zone (`fe80::1%eth0`) is only of use with addresses that are refused.
  if (isIP(address) === 0 || address.includes('%')) return false;
  return ipaddr.parse(address).range() === 'unicast' && !isCompatible(address);
}

/** `::a.b.c.d` (RFC 4291, deprecated) is unicast to the library, as is anything else below ::/96. */
function isCompatible(address: string): boolean {
  const parsed = ipaddr.parse(address);
  return parsed instanceof ipaddr.IPv6 && parsed.parts.slice(0, 6).every((part) => part === 0);
}
