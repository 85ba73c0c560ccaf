// The SIP accounts of the box: how renters' phones reach it, as the configuration and its certificate say.

import type { CryptoSuite, LineId, Logger, RentalId, Secret } from "../base/index.ts";
import { systemMd5 } from "../base/system-crypto.ts";
import { type BoxConfig, voiceOfLine } from "../config/index.ts";
import { type SettingStore, SipAccounts, type SipReach, type SipRentals } from "../core/index.ts";
import { deriveKey } from "../envelope/index.ts";
import type { RelayVoice } from "../protocol/index.ts";

/**
 * What phones see when they connect over TLS. Of one that the box's authority has signed, the server must show the leaf alone: Linphone
 * cannot read an authority with name constraints, and gives up on a chain that holds it.
 */
export interface SipCertificate {
  /** SHA-256 of the certificate in DER, lower-case hex; null where a public authority has signed it. */
  readonly sha256: string | null;
}

export interface SipServiceDeps {
  readonly config: BoxConfig;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly store: SettingStore;
  readonly storageKey: Secret<Uint8Array>;
  /** Null, or nothing that says it, until it is known: no account that needs it is told before. */
  readonly sipCertificate?: () => SipCertificate | null;
  /** The tier that a rental was ordered in; null for one that nobody ordered. */
  readonly tierOf: (rental: RentalId) => string | null;
  /** What is known of the relay's gateway; null until it was reached once. */
  readonly sipGateway?: () => RelayVoice | null;
}

/** The best of the transports that are on; null for a line without calls, and where the certificate, or the relay, is not known yet. */
export function sipReachOf(
  config: BoxConfig,
  line: LineId,
  certificate: SipCertificate | null,
  gateway: RelayVoice | null = null,
): SipReach | null {
  const { voice } = config;
  const own = config.lines.find(({ id }) => id === line);
  if (voice === undefined || own === undefined || voiceOfLine(voice, own.voice) === null) return null;
  const { host, realm = host, encryption, transports } = voice;
  if (voice.sip_edge === "relay") {
    if (gateway === null) return null;
    const { transport, port, cert_sha256: certSha256 } = gateway;
    return { realm: gateway.realm, host: gateway.host, encryption, transport, port, certSha256, viaRelay: true };
  }
  const way = { realm, host, encryption };
  if (transports.tls !== false) {
    if (certificate === null) return null;
    return { ...way, transport: "tls", port: transports.tls, certSha256: certificate.sha256 };
  }
  const transport = transports.tcp === false ? "udp" : "tcp";
  const port = transports[transport];
  return port === false ? null : { ...way, transport, port, certSha256: null };
}

/** Calls are part of the tier that was paid for; a rental that nobody ordered was granted by hand, and has what its line has. */
const tierHasCalls = (tier: string | null): boolean => tier !== "sms_only";

export function createSipAccounts(deps: SipServiceDeps, rentals: SipRentals): SipAccounts {
  const { config, suite, storageKey, sipCertificate = () => null, sipGateway = () => null, tierOf } = deps;
  const reach = (line: LineId): SipReach | null => sipReachOf(config, line, sipCertificate(), sipGateway());
  return new SipAccounts({
    ...deps,
    md5: systemMd5,
    key: deriveKey(suite, storageKey, "numberbox/sip/v1"),
    rentals,
    reach: ({ id, lineId }) => (tierHasCalls(tierOf(id)) ? reach(lineId) : null),
  });
}
