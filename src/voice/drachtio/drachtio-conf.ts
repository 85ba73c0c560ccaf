// drachtio-server's configuration: `setup -> xml`, pure, so that a new one can be compared with the old before a restart cuts calls off.

import { AppError, type Millis, type Secret } from "../../base/index.ts";

export interface DrachtioSetup {
  /** Where the box connects; on the loopback. */
  readonly admin: { readonly host: string; readonly port: number; readonly secret: Secret<string> };
  /** Address that phones are taken at; `0.0.0.0` or `::` for all. */
  readonly listen: string;
  /** Ports for phones; false for none. */
  readonly transports: {
    readonly tls: number | false;
    readonly tcp: number | false;
    readonly udp: number | false;
  };
  /** UDP port on the loopback for Asterisk; none of those for phones. */
  readonly anchorPort: number;
  /** Address that phones see, where the box is behind a router. */
  readonly external: { readonly address: string; readonly localNets: readonly string[] } | null;
  /** With `transports.tls`. */
  readonly tls: { readonly certFile: string; readonly keyFile: string; readonly chainFile?: string } | null;
  /** RFC 3261's T1; 500 ms unless given. */
  readonly t1?: Millis;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Errors: `voice.bad_setup` for what XML cannot hold. */
function xml(text: string): string {
  if (/[^\x20-\x7e]/.test(text))
    throw new AppError("voice.bad_setup", "drachtio-server's configuration takes printable ASCII only", {
      hint: "Use plain letters, digits and signs in paths, addresses and the secret.",
    });
  return text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address);

function contacts(setup: DrachtioSetup): readonly string[] {
  const { external, listen, transports } = setup;
  const host = listen === "0.0.0.0" || listen === "::" ? "*" : bracketed(listen);
  const outside = external === null ? "" : ` external-ip="${xml(external.address)}"`;
  // The server takes one network only.
  const [inside] = external?.localNets ?? [];
  const local = inside === undefined ? "" : ` local-net="${xml(inside)}"`;
  const contact = (scheme: string, port: number, transport: string): string =>
    `<contact${outside}${local}>${scheme}:${xml(host)}:${port};transport=${transport}</contact>`;
  const anchor = `<contact>sip:127.0.0.1:${setup.anchorPort};transport=udp</contact>`;
  return [
    // By the first one go requests whose URI names no transport, such as Asterisk's Contact: it has to be one of UDP. Phones over UDP
    // cannot be reached from the loopback.
    ...(transports.udp === false ? [anchor] : [contact("sip", transports.udp, "udp")]),
    ...(transports.tcp === false ? [] : [contact("sip", transports.tcp, "tcp")]),
    ...(transports.tls === false ? [] : [contact("sips", transports.tls, "tls")]),
    ...(transports.udp === false ? [] : [anchor]),
  ];
}

function tlsLines({ tls, transports }: DrachtioSetup): readonly string[] {
  if (transports.tls === false || tls === null) return [];
  // Without a chain file the server looks for cafile.pem, and ends.
  const chain = tls.chainFile ?? tls.certFile;
  return [
    "    <tls>",
    `      <key-file>${xml(tls.keyFile)}</key-file>`,
    `      <cert-file>${xml(tls.certFile)}</cert-file>`,
    `      <chain-file>${xml(chain)}</chain-file>`,
    "      <min-tls-version>1.2</min-tls-version>",
    "    </tls>",
  ];
}

/**
 * The text of drachtio.conf.xml; it holds the secret. Errors: `voice.bad_setup` for a value that XML cannot hold, for TLS without a
 * certificate, and for a port that two want.
 */
export function drachtioConf(setup: DrachtioSetup): string {
  const { admin, anchorPort, t1, tls, transports } = setup;
  if (transports.tls !== false && tls === null)
    throw new AppError("voice.bad_setup", "TLS for phones needs a certificate and its key", { hint: "Give tls." });
  if (anchorPort === transports.udp)
    throw new AppError("voice.bad_setup", `UDP port ${anchorPort} is wanted for phones and for Asterisk`, {
      hint: "Let Asterisk have a port of its own.",
    });
  const timers =
    t1 === undefined
      ? []
      : ["    <timers>", `      <t1>${t1}</t1>`, `      <t1x64>${t1 * 64}</t1x64>`, "    </timers>"];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<!-- Written by numberbox: changes are lost. -->",
    "<drachtio>",
    `  <admin port="${admin.port}" secret="${xml(admin.secret.reveal())}">${xml(admin.host)}</admin>`,
    "  <sip>",
    "    <contacts>",
    ...contacts(setup).map((line) => `      ${line}`),
    "    </contacts>",
    ...tlsLines(setup),
    ...timers,
    // Its own SDP and messages are never bigger; a bigger UDP packet would make it turn to TCP.
    "    <udp-mtu>4096</udp-mtu>",
    "  </sip>",
    "  <cdrs>false</cdrs>",
    "  <logging>",
    "    <console/>",
    // Above this the server prints whole messages, with numbers.
    "    <sofia-loglevel>0</sofia-loglevel>",
    "    <loglevel>error</loglevel>",
    "  </logging>",
    "</drachtio>",
    "",
  ].join("\n");
}
