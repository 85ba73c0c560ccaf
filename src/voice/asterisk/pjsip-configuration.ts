// The SIP side of Asterisk's configuration. Behind drachtio: one trusted leg on the loopback, with an endpoint for each way to encrypt.
// On its own: transports only; accounts come and go through ARI and stand in no file.

import type { MediaEncryption } from "../../core/index.ts";
import { ANCHOR_USER, edgeEndpoint, MEDIA_HEADER } from "../sip-edge.ts";
import {
  type AsteriskEdgeSetup,
  type AsteriskSetup,
  type DrachtioEdgeSetup,
  type ListenAddress,
  PHONE_CONTEXT,
} from "./asterisk-setup.ts";

/** 8 kHz is what a SIM's call has; G.722 would only cost. */
const CODECS = "opus,ulaw,alaw";
/** How many phones an account may have. */
export const MAX_CONTACTS = 5;
/** Seconds. A phone that lost its way is not rung for longer than this. */
export const REGISTRATION = { least: 60, most: 600, usual: 300 } as const;

/** Seconds without RTP after which a call is over; on hold phones may be silent for longer. */
export interface RtpTimeouts {
  readonly talking: number;
  readonly held: number;
}
export const RTP_TIMEOUTS: RtpTimeouts = { talking: 30, held: 300 };

/** What an endpoint is like for our purpose, whoever is behind it. */
export function endpointBasics({ talking, held }: RtpTimeouts = RTP_TIMEOUTS): readonly (readonly [string, string])[] {
  return [
    ["context", PHONE_CONTEXT],
    ["disallow", "all"],
    ["allow", CODECS],
    // All sound goes through us: to the modem.
    ["direct_media", "no"],
    // RFC 4733, and INFO from phones that know no better; each digit is told once by ARI.
    ["dtmf_mode", "rfc4733"],
    ["rtp_symmetric", "yes"],
    ["rtp_timeout", String(talking)],
    ["rtp_timeout_hold", String(held)],
    ["timers", "no"],
    // Without it a re-INVITE goes out right after bridging.
    ["send_connected_line", "no"],
  ];
}

/**
 * How the sound to this endpoint is encrypted. With DTLS `use_avpf` stays off: Linphone offers UDP/TLS/RTP/SAVP, and phones that offer SAVPF
 * (baresip, browsers) can be rung but not dial. `media_use_received_transport` would take both, and RTP in clear too.
 */
export function encryptionFields(encryption: MediaEncryption): readonly (readonly [string, string])[] {
  switch (encryption) {
    case "none":
      return [["media_encryption", "no"]];
    case "sdes":
      return [["media_encryption", "sdes"]];
    case "dtls":
      return [
        ["media_encryption", "dtls"],
        ["dtls_auto_generate_cert", "yes"],
        ["dtls_setup", "actpass"],
        // The certificates of phones are their own; the fingerprint in SDP is what binds them to the call.
        ["dtls_verify", "fingerprint"],
        ["rtcp_mux", "yes"],
      ];
  }
}

export function pjsipConf(setup: AsteriskSetup): string {
  const { edge } = setup;
  return edge.kind === "asterisk" ? ownEdge(edge) : behindDrachtio(setup, edge);
}

/** Accounts in memory: they are gone when Asterisk is, and no credential is ever in a file. Registrations outlive a restart. */
export function sorceryConf(edge: AsteriskSetup["edge"]["kind"]): string {
  if (edge === "drachtio") return "";
  return `[res_pjsip]
endpoint=memory
auth=memory
aor=memory
contact=astdb,registrar
`;
}

function section(name: string, fields: readonly (readonly [string, string])[]): string {
  return `[${name}]\n${fields.map(([key, value]) => `${key}=${value}\n`).join("")}\n`;
}

function globals(edge: AsteriskSetup["edge"]): string {
  const own: readonly (readonly [string, string])[] =
    edge.kind === "drachtio"
      ? [["endpoint_identifier_order", "header,ip"]]
      : [
          ["default_realm", edge.realm],
          // Strangers are challenged as anyone is: nobody learns which accounts there are.
          ["default_auth_algorithms_uas", edge.digests.join(",")],
          // By name only: the address of a phone proves nothing.
          ["endpoint_identifier_order", "username"],
          // Keeps connections and the holes in routers open.
          ["keep_alive_interval", "30"],
        ];
  return section("global", [["type", "global"], ["user_agent", "numberbox"], ["max_forwards", "20"], ...own]);
}

function behindDrachtio({ media }: AsteriskSetup, edge: DrachtioEdgeSetup): string {
  const transport = section("edge-transport", [
    ["type", "transport"],
    ["protocol", "udp"],
    ["bind", `127.0.0.1:${edge.port}`],
  ]);
  const address =
    media.address === null
      ? []
      : [["media_address", media.address] as const, ["bind_rtp_to_media_address", "yes"] as const];
  const kinds: readonly MediaEncryption[] = ["none", "sdes", "dtls"];
  const endpoints = kinds.map((kind) => {
    const name = edgeEndpoint(kind);
    const endpoint = section(name, [
      ["type", "endpoint"],
      ["transport", "edge-transport"],
      ["aors", "edge"],
      ...endpointBasics(),
      ...encryptionFields(kind),
      ["trust_id_inbound", "yes"],
      ["send_pai", "yes"],
      ["from_user", ANCHOR_USER],
      ...address,
    ]);
    const identify = section(`${name}-identify`, [
      ["type", "identify"],
      ["endpoint", name],
      ["match_header", `${MEDIA_HEADER}: ${kind}`],
    ]);
    return endpoint + identify;
  });
  const aor = section("edge", [
    ["type", "aor"],
    ["contact", `sip:127.0.0.1:${edge.edgePort}`],
    ["qualify_frequency", "0"],
  ]);
  return globals(edge) + transport + aor + endpoints.join("");
}

function ownEdge(edge: AsteriskEdgeSetup): string {
  const external = edge.external;
  const nat =
    external === null
      ? []
      : [
          ["external_media_address", external.address] as const,
          ["external_signaling_address", external.address] as const,
          ...external.localNets.map((net) => ["local_net", net] as const),
        ];
  const transport = (
    protocol: "udp" | "tcp" | "tls",
    at: ListenAddress,
    more: readonly (readonly [string, string])[],
  ) =>
    section(`edge-${protocol}`, [
      ["type", "transport"],
      ["protocol", protocol],
      ["bind", `${at.address.includes(":") ? `[${at.address}]` : at.address}:${at.port}`],
      ...more,
      ...nat,
    ]);
  const { udp, tcp, tls } = edge;
  return [
    globals(edge),
    udp === null ? "" : transport("udp", udp, []),
    tcp === null ? "" : transport("tcp", tcp, []),
    tls === null
      ? ""
      : transport("tls", tls, [
          ["method", "tlsv1_2"],
          ["cert_file", tls.certificateFile],
          ["priv_key_file", tls.keyFile],
        ]),
  ].join("");
}
