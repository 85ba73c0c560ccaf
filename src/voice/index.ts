// The public face of voice.
export type { IncomingChannel, RingTarget, SipEdge } from "./sip-edge.ts";
