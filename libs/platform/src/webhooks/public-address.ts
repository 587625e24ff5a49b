import { type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Reachable from anywhere: neither this machine, nor its network, nor what a cloud tells its machines. */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  return ipaddr.process(text).range() === 'unicast';
}

type LookupCallback = (error: Error | null, addresses: LookupAddress[]) => void;

/** As `dns.lookup` with `all`: fails when the name has an address that is not public. Asked at each connection. */
export function lookupPublic(hostname: string, _options: object, callback: LookupCallback): void {
  lookup(hostname, { all: true }, (error, addresses) => {
    const inside = error === null ? addresses.find(({ address }) => !isPublicAddress(address)) : undefined;
    if (inside === undefined) callback(error, addresses ?? []);
    else callback(new Error(`${hostname} is ${inside.address}, which is not a public address`), []);
  });
}
