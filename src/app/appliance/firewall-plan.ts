// What the settings open to the network. Pure.

import type { BoxConfig } from "../../config/index.ts";
import type { FirewallOpening } from "../../host/index.ts";
import { isLoopback } from "./loopback.ts";
import { LOCAL_NETWORKS, sshOpening } from "./ssh-access.ts";

const SSH = 22;
const DHCP = 67;
const DNS = 53;
const MDNS = 5353;
const MQTT_TLS = 8883;

const one = (protocol: "tcp" | "udp", port: number, what: string): FirewallOpening => ({
  ...{ protocol, ports: [port, port], from: null, what },
});

/**
 * A call takes a phone some ten packets, a registration four: an office of fifty phones behind one address stays below it, and whoever
 * guesses passwords gets no further than a few a second. What a phone loses by it, it sends again (RFC 3261 17.1).
 */
const SIP_LIMIT = { perSecond: 30, burst: 300 } as const;
const sip = (protocol: "tcp" | "udp", port: number, what: string): FirewallOpening => ({
  ...one(protocol, port, what),
  limit: SIP_LIMIT,
});

function consoleOpenings({ web }: BoxConfig): readonly FirewallOpening[] {
  const listening = [web.listen, ...(web.tls.mode === "off" ? [] : [web.tls.listen])];
  return listening
    .filter(({ host, port }) => !isLoopback(host) && port > 0)
    .map(({ port }) => one("tcp", port, "console"));
}

function voiceOpenings({ voice }: BoxConfig): readonly FirewallOpening[] {
  if (voice === undefined || isLoopback(voice.listen)) return [];
  const { tls, tcp, udp } = voice.transports;
  const { from, to } = voice.asterisk.rtp;
  // Behind a relay phones talk SIP to that, and only their sound comes here.
  const ownSip =
    voice.sip_edge === "relay"
      ? []
      : [
          ...(tls === false ? [] : [sip("tcp", tls, "SIP over TLS")]),
          ...(tcp === false ? [] : [sip("tcp", tcp, "SIP over TCP")]),
          ...(udp === false ? [] : [sip("udp", udp, "SIP over UDP")]),
        ];
  return [...ownSip, { protocol: "udp", ports: [from, to], from: null, what: "sound of calls" }];
}

/** What those in the box's own access point reach: addresses, names, and the console. */
export function accessPointPlan(config: BoxConfig): readonly FirewallOpening[] {
  return [one("udp", DHCP, "DHCP"), one("udp", DNS, "DNS"), one("tcp", DNS, "DNS"), ...consoleOpenings(config)];
}

function sshOpenings(config: BoxConfig, hasSshKey: boolean): readonly FirewallOpening[] {
  const opening = sshOpening(config, hasSshKey);
  if (opening === "shut") return [];
  return [{ ...one("tcp", SSH, "SSH"), from: opening === "local" ? LOCAL_NETWORKS : null }];
}

/** In the order that they stand in the ruleset. `hasSshKey`: whether somebody's key lets him in by SSH. */
export function firewallPlan(config: BoxConfig, hasSshKey = false): readonly FirewallOpening[] {
  const { mdns, relay, mqtt, open } = config.host.firewall;
  return [
    ...consoleOpenings(config),
    ...(mdns ? [one("udp", MDNS, "mDNS")] : []),
    ...sshOpenings(config, hasSshKey),
    ...voiceOpenings(config),
    ...(relay === undefined ? [] : [one("tcp", relay, "relay")]),
    ...(mqtt ? [one("tcp", MQTT_TLS, "MQTT over TLS")] : []),
    ...open.map(({ port, protocol, from }): FirewallOpening => {
      return { protocol, ports: [port, port], from: from ?? null, what: "opened by the owner" };
    }),
  ];
}
