// Calls through a relay: what a relay needs to be the SIP edge of boxes, and what a box says of its way there.

import { z } from "zod";
import { duration, hostAndPort, listenAddress } from "./values.ts";
import { drachtio, file, hostName, ipAddress, port, portOrOff, realm } from "./voice-parts.ts";

const transports = z
  .strictObject({
    tls: portOrOff.default(5061).describe("SIP over TLS."),
    tcp: portOrOff.default(false).describe("SIP over TCP, in clear: who listens in learns who calls whom."),
  })
  .refine(({ tls, tcp }) => tls !== false || tcp !== false, "at least one of tls and tcp");

/** `voice` of a relay. */
export const gatewaySection = z
  .strictObject({
    host: hostName.describe("Name that renters' phones register at; boxes name it in their `voice.host`."),
    realm: realm
      .optional()
      .describe("Of the phones' passwords; `host` unless given. Changing it makes phones sign in anew."),
    public_address: ipAddress
      .optional()
      .describe("Address that phones reach, where the relay stands behind a router; its own unless given."),
    listen: ipAddress.default("0.0.0.0").describe("Address that phones are taken at."),
    transports: transports.prefault({}).describe("Ports for SIP; `false` for none. Phones over UDP are not taken."),
    cert_file: file
      .optional()
      .describe("PEM file with the certificate for TLS and its chain; one that the relay makes unless given."),
    key_file: file.optional().describe("PEM file with its private key."),
    drachtio: drachtio
      .extend({
        sip_port: port.default(5070).describe("UDP port of drachtio-server on the loopback, for the boxes' calls."),
      })
      .describe("drachtio-server: a relay takes no phones without it."),
    ring_timeout: duration("5s", "60s", "25s").describe("How long phones ring."),
    trunk: listenAddress("0.0.0.0:5062").describe(
      "Where boxes connect, over TLS with a certificate that the relay makes.",
    ),
    media: z
      .enum(["auto", "always", "never"])
      .default("auto")
      .describe(
        "Which calls send their sound through rtpengine. `auto`: those where a router stands before one of the two.",
      ),
    rtpengine: hostAndPort
      .optional()
      .describe(
        "Where rtpengine takes commands (its `listen-ng`), such as 127.0.0.1:2223. Without it sound goes directly, which routers may prevent.",
      ),
  })
  .refine(
    ({ cert_file: cert, key_file: key }) => (cert === undefined) === (key === undefined),
    "cert_file and key_file go together",
  )
  .refine(({ media, rtpengine }) => media !== "always" || rtpengine !== undefined, {
    path: ["rtpengine"],
    message: "needed for media: always",
  })
  .describe(
    "Calls: phones register here and boxes connect, so that a box behind a router can be rung. Needs drachtio-server.",
  );
export type GatewaySection = z.infer<typeof gatewaySection>;

/** `voice.relay` of a box. */
export const trunkSection = z
  .strictObject({
    caller: z
      .enum(["hidden", "shown"])
      .default("hidden")
      .describe(
        "Whether phones show who calls: the relay would see the number too. Hidden, it is in the sealed records of calls alone.",
      ),
    socks5: z
      .url({ protocol: /^socks5h?$/ })
      .optional()
      .describe(
        "A SOCKS5 proxy to the relay's trunk, such as socks5h://127.0.0.1:1080; it resolves the name. Sound goes beside it.",
      ),
  })
  .describe("With `sip_edge: relay`: how calls go through the relay.");
export type TrunkSection = z.infer<typeof trunkSection>;
