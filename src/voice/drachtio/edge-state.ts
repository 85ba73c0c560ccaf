// Why the edge cannot be used, in codes and words.

import { hasCode } from "../../base/index.ts";

export type EdgeState =
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly code: string; readonly hint: string };

interface Reason {
  readonly code: string;
  readonly hint: string;
}

const down: Reason = {
  code: "voice.edge_down",
  hint: "See whether drachtio-server runs, and that host and port are those of its <admin>.",
};
const secret: Reason = {
  code: "voice.edge_secret",
  hint: "Make the secret that of <admin secret> in drachtio.conf.xml.",
};

export const CODES = {
  starting: { code: "voice.edge_starting", hint: "Wait: the connection to drachtio-server is being made." } as Reason,
  stopped: { code: "voice.edge_stopped", hint: "Start the box." } as Reason,
  down,
  of: (error: unknown): Reason => (hasCode(error, "voice.edge_secret") ? secret : down),
};
