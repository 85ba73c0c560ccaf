// What has to be known to set up the Asterisk of one box.

import type { Secret } from "../../base/index.ts";

/** The application of Stasis that all our channels are in. */
export const STASIS_APP = "numberbox";
/** Where calls of phones come out in the dial plan. */
export const PHONE_CONTEXT = "phones";

export interface AsteriskFolders {
  /** Where the configuration stands. */
  readonly configuration: string;
  readonly modules: string;
  /** Read only: documentation and sounds of the package. */
  readonly data: string;
  /** Registrations live here over a restart. */
  readonly state: string;
  readonly run: string;
  readonly log: string;
}

export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** Phones speak with Asterisk itself. At least one of the transports is set. */
export interface AsteriskEdgeSetup {
  readonly kind: "asterisk";
  /** The realm of the accounts' digests; the domain of their addresses too. */
  readonly realm: string;
  /** What phones are challenged with, the first preferred. Some know MD5 only and give up when SHA-256 is offered beside it. */
  readonly digests: readonly ("MD5" | "SHA-256")[];
  readonly udp: ListenAddress | null;
  readonly tcp: ListenAddress | null;
  readonly tls: (ListenAddress & { readonly certificateFile: string; readonly keyFile: string }) | null;
  /** Of the network that the router forwards to the box; null when phones reach the box directly. */
  readonly external: { readonly address: string; readonly localNets: readonly string[] } | null;
}

/** drachtio-server speaks with the phones; Asterisk listens on the loopback only. */
export interface DrachtioEdgeSetup {
  readonly kind: "drachtio";
  /** Where Asterisk waits for it, on the loopback. */
  readonly port: number;
  /** Where it waits for Asterisk, on the loopback. */
  readonly edgePort: number;
}

export interface AsteriskSetup {
  readonly folders: AsteriskFolders;
  readonly ari: { readonly port: number; readonly user: string; readonly password: Secret<string> };
  readonly media: {
    /** What stands in SDP; null: the address that SIP uses. With drachtio in front this must be set, or phones send sound to 127.0.0.1. */
    readonly address: string | null;
    /** UDP ports, two for each call. */
    readonly ports: { readonly first: number; readonly last: number };
  };
  readonly edge: AsteriskEdgeSetup | DrachtioEdgeSetup;
}
